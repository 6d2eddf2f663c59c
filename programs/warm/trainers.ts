import type { Kinds } from "../../core/kinds.ts";
import { threadsOf } from "../../host/threads.ts";
import { findToolchain } from "../../host/toolchain.ts";
import type { Plan, PlanStep } from "../../schemas/plan.ts";
import { NO_DEVICES } from "../../steps/allot-devices.ts";
import type { StepContext } from "../../steps/context.ts";
import type { Store } from "../../store/store.ts";
import { programEnvironment } from "../program-environment.ts";
import type { ForkRequest } from "../run-program.ts";
import type { Forked } from "../run-child.ts";
import { trainerEnvironment } from "../trainer-program.ts";
import { beginHost, hasHost, holdHosts, readyHost } from "./hosts.ts";
import type { HostRequest } from "./python-host.ts";

/**
 * Whether a step's process may be forked from one that has loaded the libraries. A GPU is held by open files that a forked process
 * would not have, and several processes are started by a launcher. A secret gets to no process but those of its step.
 */
const mayFork = ({ processes, resources, secrets }: PlanStep): boolean =>
  process.platform === "linux" &&
  process.env["REPRISE_WARM_TRAINERS"] !== "no" &&
  !(processes > 1) &&
  resources.gpu === 0 &&
  Object.keys(secrets).length === 0;

function requestOf(step: PlanStep, withheld: readonly string[]): HostRequest | undefined {
  const { python } = findToolchain();
  if (python === null || !mayFork(step)) return undefined;
  return {
    python,
    environment: {
      ...programEnvironment(withheld),
      ...trainerEnvironment(step, threadsOf(step), NO_DEVICES),
    },
    reproducible: step.reproducible ?? "fastest",
  };
}

/** How a step's trainer is forked, where it may be and can be; waits for a host that is about to be ready. */
export async function warmly(
  { store, step, withheld, signal, events }: StepContext,
  job: string,
): Promise<{ fork?: (to: ForkRequest) => Promise<Forked | undefined> }> {
  const request = requestOf(step, withheld);
  if (request === undefined) return {};
  const tell = (why: string) =>
    events.write({ event: "message", text: `the libraries are loaded for this step alone: ${why}` });
  const host = await readyHost(store, request, signal);
  if (typeof host === "string") {
    await tell(host);
    return {};
  }
  return {
    fork: async ({ environment, folder, log, mark }) => {
      if (!isSame(environment, request.environment)) return undefined;
      const begun = await host.begin({ job, folder, log, mark });
      if (typeof begun !== "string") return begun;
      await tell(begun);
      return undefined;
    },
  };
}

function isSame(
  a: Readonly<Record<string, string | undefined>>,
  b: Readonly<Record<string, string | undefined>>,
): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

/**
 * The trainers of a run that is worked on here: `coming` begins to load the libraries for the first of them that has no outcome
 * yet, and `close` says that the run is worked on no more.
 */
export function openTrainers(
  kinds: Kinds,
  store: Store,
  run: string,
  plan: Pick<Plan, "steps" | "secrets"> | undefined,
): { coming: () => void; close: () => void } {
  const close = holdHosts();
  const steps = plan?.steps.filter((step) => kinds.find(step.kind)?.trainer === true && mayFork(step)) ?? [];
  const begin = async () => {
    for (const step of steps) {
      if ((await store.runs.loadOutcome(run, step.id)) !== undefined) continue;
      const request = requestOf(step, plan!.secrets);
      if (request !== undefined) await beginHost(store, request);
      return;
    }
  };
  return {
    close,
    coming: () => {
      // What goes wrong here goes wrong again, and is told, when the step itself begins.
      if (steps.length > 0 && !hasHost()) begin().catch(() => {});
    },
  };
}
