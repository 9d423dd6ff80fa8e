import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { TextField } from "../../components/Field.tsx";
import { parseAddress } from "../../lib/parseAddress.ts";

/** Opens the keys of any account, or of any owner's account, without a wallet. */
export const LookupForm = () => {
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseAddress(text);
    if (parsed.ok) void navigate({ to: "/keys", search: { account: parsed.value } });
    else setProblem(parsed.problem);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 sm:flex-row sm:items-start" noValidate>
      <div className="min-w-0 flex-1">
        <TextField
          label="Account or owner"
          placeholder="0x…"
          className="font-mono"
          value={text}
          error={problem}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(undefined);
          }}
        />
      </div>
      <Button type="submit" variant="secondary" className="sm:mt-6.5">
        Show its keys
      </Button>
    </form>
  );
};
