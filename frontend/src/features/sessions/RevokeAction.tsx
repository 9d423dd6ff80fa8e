import { useState } from "react";
import type { Account } from "../../lib/accountQueries.ts";
import type { SessionRecord } from "../../lib/sessionQueries.ts";
import { RevokeButton } from "./RevokeButton.tsx";
import { RevokeDialog } from "./RevokeDialog.tsx";

type RevokeActionProps = { account: Account; record: SessionRecord; canRevoke: boolean };

export const RevokeAction = ({ account, record, canRevoke }: RevokeActionProps) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {canRevoke && <RevokeButton record={record} onClick={() => setOpen(true)} />}
      <RevokeDialog account={account} record={record} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
};
