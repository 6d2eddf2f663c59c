// Temporal alone: no-op activities, in sequence or all at once.
import { proxyActivities } from "@temporalio/workflow";

const { nothing } = proxyActivities({ startToCloseTimeout: "1 minute" });

export async function sequence(count) {
  for (let index = 0; index < count; index++) await nothing();
}

export async function sideBySide(count) {
  await Promise.all(Array.from({ length: count }, () => nothing()));
}
