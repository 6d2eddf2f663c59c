import { setTimeout as sleep } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import { msToTs } from "@temporalio/common/lib/time.js";
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

/** A client that tries nothing again by itself: a session does, and the SDK's timers would outlive the connection. */
export async function connectClient(address: string): Promise<Client> {
  const options = connectionOptions(address);
  const connection = await Connection.connect({
    ...options.connection,
    connectTimeout: 10_000,
    interceptors: [],
  });
  return new Client({ connection, namespace: options.namespace, dataConverter });
}

const RETENTION_DAYS = 90;

/** Keeps histories of ended runs for a while: the server's own default is a day. */
export async function keepHistories(address: string): Promise<void> {
  const { connection: options, namespace } = connectionOptions(address);
  const connection = Connection.lazy({ ...options });
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(`${RETENTION_DAYS} days`) },
    });
  } finally {
    await connection.close();
  }
}

const PROBE_MS = 10;

/** Whether a server answers at an address within the time, its namespace ready. Not if `gone` says that it has ended. */
export async function answers(
  address: string,
  milliseconds: number,
  gone: () => boolean = () => false,
): Promise<boolean> {
  const until = Date.now() + milliseconds;
  const options = connectionOptions(address);
  // The library's own tries wait for a second and longer after the first one that comes too early.
  const connection = Connection.lazy({
    ...options.connection,
    interceptors: [],
    channelArgs: {
      "grpc.initial_reconnect_backoff_ms": PROBE_MS,
      "grpc.max_reconnect_backoff_ms": 10 * PROBE_MS,
      "grpc.use_local_subchannel_pool": 1,
    },
  });
  try {
    while (Date.now() < until && !gone()) {
      try {
        await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.describeNamespace({ namespace: options.namespace }),
        );
        return true;
      } catch {
        await sleep(PROBE_MS);
      }
    }
    return false;
  } finally {
    await connection.close();
  }
}
