import { outsideDefinition } from "../core/outside-kind.ts";
import type { OutsideKind } from "../schemas/plan.ts";
import type { Kind } from "../steps/kind.ts";

/** A kind from outside as workers and views know kinds. */
export const outsideKind = (kind: OutsideKind): Kind => ({
  ...outsideDefinition(kind),
  perform: async () => {
    const { performOutside } = await import("./perform.ts");
    return { perform: (context) => performOutside(context, kind) };
  },
});
