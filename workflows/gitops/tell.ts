import { getExternalWorkflowHandle, type SignalDefinition } from "@temporalio/workflow";

/** Tells another workflow something; false where it is not open: then nobody needs to hear it. */
export async function tell<Args extends unknown[]>(
  id: string,
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(id).signal(signal, ...args);
    return true;
  } catch {
    return false;
  }
}
