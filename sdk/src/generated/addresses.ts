/** Where Latchkey is deployed, by chain id. 31337 is the local stack of `npm start`. */
export const addresses = {
  31337: {
    sessionManager: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    sessionAccount: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
    sessionAccountFactory: "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0",
  },
} as const;
