/** Base of every error this app throws itself; the message is a sentence for the person at the page. */
export class AppError extends Error {
  override readonly name: string = "AppError";
}

/** `/latchkey.json` is missing or wrong. `faults` lists everything that is. */
export class ConfigError extends AppError {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`/latchkey.json can't be used: ${faults.join("; ")}`);
    this.faults = faults;
  }
}

/** The bytes about to be signed are not the single grant that the page shows. */
export class ReviewError extends AppError {
  override readonly name = "ReviewError";
}
