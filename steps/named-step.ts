import { fingerprint, resultFields, resumeKey, usesTools, type Tools } from "../core/fingerprint.ts";
import { toolsForFingerprint } from "../host/tools.ts";
import type { KindSchema } from "../schemas/kinds.ts";
import type { StepRequest } from "../schemas/plan.ts";
import type { Store } from "../store/store.ts";
import type { About } from "../store/works.ts";

/** A step with its names in the store. */
export interface NamedStep {
  store: Store;
  request: StepRequest;
  /** Names its result. */
  print: string;
  /** Names its folder and its checkpoints. */
  key: string;
  about: About;
  tools: Tools;
}

/** What stands for the tools in a fingerprint that has none of them. */
const NO_TOOLS: Tools = {
  ...{ python: "none", cuda: "none", packages: {}, ffmpeg: "none", interpreter: "none" },
  environment: process.env,
};

/** Names a step by all that decides its result, with the tools of this machine. */
export async function nameStep(store: Store, request: StepRequest, schema: KindSchema): Promise<NamedStep> {
  const { run, step, inputs } = request;
  const tools = usesTools(schema, inputs) ? await toolsForFingerprint(store) : NO_TOOLS;
  return {
    store,
    request,
    tools,
    print: fingerprint(schema, step, inputs, tools),
    key: resumeKey(schema, step, inputs, tools),
    about: {
      // The recipe's name begins the run's.
      recipe: run.replace(/-[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$/, ""),
      step: step.id,
      fields: resultFields(schema, step, inputs, tools),
    },
  };
}
