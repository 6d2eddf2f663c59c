import { runContract } from "../../outside/contract.ts";
import type { StepContext } from "../../steps/context.ts";
import type { RunCommandParams } from "./params.ts";

/** run/command: any program, with the contract of docs/run-command.md. */
export async function perform(context: StepContext): Promise<Record<string, number>> {
  const {
    argv,
    env = {},
    pass_env: passed = [],
    metrics,
  } = context.step.params as unknown as RunCommandParams;
  const { environment: lock, ...given } = context.inputs;
  const inputs = Object.fromEntries(Object.entries(given).map(([name, place]) => [nameOfInput(name), place]));
  const variables = Object.entries(env).map(([variable, value]) => [variable, String(value)] as const);
  return runContract(context, {
    ...{ passed, inputs, lock },
    argv: argv.map((argument) => withPaths(argument, inputs, context.outputs)),
    environment: () => Promise.resolve(Object.fromEntries(variables)),
    declared: metrics && {
      by: "the recipe",
      names: metrics,
      has: (name) => metrics.includes(name),
      needed: metrics,
    },
  });
}

/** `{inputs.data}` and `{outputs.model}` become paths; other braces are the program's, and so are those of a path. */
function withPaths(
  argument: string,
  inputs: Readonly<Record<string, string>>,
  outputs: Readonly<Record<string, string>>,
): string {
  const places = new Map<string, string>([
    ...Object.entries(inputs).map(([name, place]) => [`{inputs.${name}}`, place] as const),
    ...Object.entries(outputs).map(([name, place]) => [`{outputs.${name}}`, place] as const),
  ]);
  return argument.replaceAll(/\{(?:inputs|outputs)\.\w+\}/g, (name) => places.get(name) ?? name);
}

/** An input's own name: in the plan it stands under its parameter. */
const nameOfInput = (name: string): string => name.replace(/^inputs\./, "");
