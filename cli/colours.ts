import pc from "picocolors";

/** Colours for a terminal only: what a pipe or a CI log reads stays plain, unless FORCE_COLOR asks for them. */
export const colours = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY || Boolean(process.env["FORCE_COLOR"])),
);
