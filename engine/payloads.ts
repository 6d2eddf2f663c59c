import { gunzipSync, gzipSync } from "node:zlib";
import type { Payload, PayloadCodec } from "@temporalio/common";

// Small ones stay readable in Temporal's own tools.
const LEAST_BYTES = 32 * 1024;
const ENCODING = "binary/gzip";

const isOurs = ({ metadata }: Payload): boolean =>
  Buffer.from(metadata?.["encoding"] ?? []).toString() === ENCODING;

/** Packs large payloads: the plan of a large matrix repeats itself, and the server takes 2 MB at most. */
const gzip: PayloadCodec = {
  encode: (payloads) =>
    Promise.resolve(
      payloads.map((payload) =>
        (payload.data?.length ?? 0) < LEAST_BYTES
          ? payload
          : // What it was encoded as stands beside, for the way back.
            {
              metadata: {
                ...payload.metadata,
                encoding: Buffer.from(ENCODING),
                inner: payload.metadata!["encoding"]!,
              },
              data: gzipSync(payload.data!),
            },
      ),
    ),
  decode: (payloads) =>
    Promise.resolve(
      payloads.map((payload) => {
        if (!isOurs(payload)) return payload;
        const { inner, ...metadata } = payload.metadata!;
        return { metadata: { ...metadata, encoding: inner! }, data: gunzipSync(payload.data!) };
      }),
    ),
};

export const dataConverter = { payloadCodecs: [gzip] };
