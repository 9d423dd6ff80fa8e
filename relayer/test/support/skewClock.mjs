// Loaded before the relayer: its clock is wrong by so many milliseconds.
const skewMs = Number(process.env["CLOCK_SKEW_MS"]);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RealDate.now() + skewMs] : args));
  }

  static now() {
    return RealDate.now() + skewMs;
  }
};
