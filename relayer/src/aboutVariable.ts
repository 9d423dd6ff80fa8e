/** What `.env.example` says of a variable. */
export type VariableText = {
  /** The heading it stands under. */
  group: string;
  text: string;
  /** Value shown where there is no default. */
  example?: string;
};

export function about(group: string, text: string, example?: string): VariableText {
  return { group, text, ...(example !== undefined && { example }) };
}
