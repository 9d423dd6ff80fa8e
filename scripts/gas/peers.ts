/** What one measurement is: J1 a relayed ERC-20 transfer, J2 `increment()`, J3 a native transfer, J5 ten J1 at once. */
export const jobs = ["J1", "J1Direct", "J2", "J3", "J5", "grant", "revoke"] as const;
export type Job = (typeof jobs)[number];
type Figures = Readonly<Partial<Record<Job, number>>>;

/** Gas in thousands of other projects in the same jobs, measured in the same way: whole transactions, third use. */
export const peers: readonly (readonly [name: string, gas: Figures])[] = [
  ["Plain EOA, no session", { J1: 34.5, J2: 26.3, J3: 21 }],
  ["Safe AllowanceModule", { J1: 72.5, J1Direct: 67.6, J3: 65.4, J5: 47, grant: 169, revoke: 63.7 }],
  ["Coinbase SpendPermission", { J1Direct: 76.1, J5: 46.1, grant: 71.1, revoke: 65.4 }],
  ["Ithaca/Porto account", { J1: 105.1, J2: 75, J3: 93.4, J5: 83.7, grant: 221, revoke: 61.4 }],
  ["Zodiac Roles + Safe", { J1: 147.8, J1Direct: 108.7, J2: 118.1, J3: 131.2, J5: 119.1, grant: 318, revoke: 62.2 }],
  ["Rhinestone SmartSessions", { J1: 162.4, J2: 133.6, J3: 149.1, J5: 115.1, grant: 595, revoke: 170 }],
  ["MetaMask Delegation Framework", { J1: 284.8, J1Direct: 191.1, J5: 150.3, revoke: 81.7 }],
];

/** At most, in thousands, with a clone account. */
export const target: Figures = { J1: 70, J1Direct: 64, J2: 58, J3: 62, J5: 45, grant: 70, revoke: 45 };
