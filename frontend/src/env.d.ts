interface ImportMetaEnv {
  /** Private key of the local chain's demo owner; set by `npm start` alone, and always undefined in a build. */
  readonly VITE_DEMO_OWNER_KEY?: string;
}
