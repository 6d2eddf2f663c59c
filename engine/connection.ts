import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import { msToNumber, msToTs, optionalTsToMs } from "@temporalio/common/lib/time.js";
import { loadClientConnectConfig } from "@temporalio/envconfig";
import { dataConverter } from "./payloads.ts";

/**
 * Connection options for an address. TLS, API key and namespace come from the standard environment variables, which speak
 * of the server that TEMPORAL_ADDRESS names: the embedded one has none of them.
 */
export function connectionOptions(address: string): {
  connection: ReturnType<typeof loadClientConnectConfig>["connectionOptions"];
  namespace: string;
} {
  if (!process.env["TEMPORAL_ADDRESS"]) return { connection: { address }, namespace: "default" };
  const { connectionOptions: fromEnvironment, namespace } = loadClientConnectConfig();
  return { connection: { ...fromEnvironment, address }, namespace: namespace ?? "default" };
}

const PROBE_MS = 10;
const PROBE_LIMIT_MS = 2_000;
const RETENTION = "90 days";

/** Which server a client is wanted of. */
export interface Wanted {
  address: string;
  /** How long it is waited for (ms). */
  within: number;
  /** It is ours: its histories of ended runs are kept for longer than a day, which is the server's own default. */
  own: boolean;
  /** Says that it has ended, and is waited for no longer. */
  isGone?: () => boolean;
}

/**
 * A client of a server, once that answers and its namespace is ready; null if it does not in time. The client tries nothing again by
 * itself: a session does, and the SDK's timers would outlive the connection.
 */
export async function connectClient({
  address,
  within,
  own,
  isGone = () => false,
}: Wanted): Promise<Client | null> {
  const until = Date.now() + within;
  const { connection: options, namespace } = connectionOptions(address);
  const connection = Connection.lazy({
    ...options,
    interceptors: [],
    // The library's own tries wait for a second and longer after the first one that comes too early.
    channelArgs: {
      "grpc.initial_reconnect_backoff_ms": PROBE_MS,
      "grpc.max_reconnect_backoff_ms": 10 * PROBE_MS,
      "grpc.use_local_subchannel_pool": 1,
    },
  });
  const look = () => connection.workflowService.describeNamespace({ namespace });
  const keep = () =>
    connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    });
  while (Date.now() < until && !isGone()) {
    try {
      await connection.withDeadline(Date.now() + PROBE_LIMIT_MS, async () => {
        const kept = (await look()).config?.workflowExecutionRetentionTtl;
        if (own && optionalTsToMs(kept) !== msToNumber(RETENTION)) await keep();
      });
      return new Client({ connection, namespace, dataConverter });
    } catch {
      await sleep(PROBE_MS);
    }
  }
  await connection.close();
  return null;
}
