/** Has this process exit when it is told to end, so that what runs with it ends too. */
export function exitOnSignal(): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      console.error(`\nStopped by ${signal}.`);
      process.exit(code);
    });
  }
}
