import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import getPort from "get-port";
import { afterwards } from "./folders.ts";

/** What a server saw of each request. */
interface Asked {
  url: string;
  authorization: string | undefined;
}

/** Answers instead of git, where it gives true. */
type Instead = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Serves the repositories below a folder by `git http-backend`; pushes are taken. */
export async function serveByHttp(folder: string, instead: Instead = () => false) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    if (!instead(request, response)) backend(folder, request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function backend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const [place = "", query = ""] = request.url!.split("?");
  const child = spawn("git", ["-c", "http.receivepack=true", "http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(place),
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  child.stdin.on("error", () => {});
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf("\r\n\r\n");
    const headers = all.toString("latin1", 0, end).split("\r\n");
    const pairs = headers.map(
      (line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const,
    );
    const status = pairs.find(([name]) => name === "Status")?.[1];
    response.writeHead(
      status === undefined ? 200 : Number.parseInt(status, 10),
      Object.fromEntries(pairs.filter(([name]) => name !== "Status")),
    );
    response.end(all.subarray(end + 4));
  });
}

/** Serves the repositories below a folder by `git daemon`; the address of one that is called `name`. */
export async function serveByDaemon(folder: string, name: string): Promise<string> {
  const port = await getPort();
  const child = spawn(
    "git",
    [
      "daemon",
      "--export-all",
      "--reuseaddr",
      "--listen=127.0.0.1",
      `--port=${port}`,
      `--base-path=${folder}`,
      "--verbose",
      folder,
    ],
    { stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  // It has a child of its own, which would go on.
  afterwards(() => process.kill(-child.pid!, "SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Ready to rumble")) resolve();
    });
    child.once("exit", () => reject(new Error(said)));
  });
  return `git://127.0.0.1:${port}/${path.basename(name)}`;
}
