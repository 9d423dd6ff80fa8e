import { useEffect, useState } from "react";
import { Button } from "./Button.tsx";

type CopyState = "idle" | "copied" | "failed";
const texts: Record<CopyState, string> = { idle: "Copy", copied: "Copied", failed: "Select and copy by hand" };

export const CopyButton = ({ text, label }: { text: string; label: string }) => {
  const [state, setState] = useState<CopyState>("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  return (
    <Button variant="secondary" onClick={copy} aria-label={state === "idle" ? label : texts[state]}>
      <span aria-live="polite">{texts[state]}</span>
    </Button>
  );
};
