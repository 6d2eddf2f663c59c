/** Descriptions of messages, as protobufjs reads them. */
export type Messages = Record<string, object>;
export function allMessages(): Messages;
export function nearMessages(all: Messages): Messages;
export function ownModule(): string;
export function writeMessages(outdir: string): void;
