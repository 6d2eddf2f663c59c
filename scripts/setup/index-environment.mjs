/**
 * Mirrors and certificates that are set for one of pip and uv hold for the other too, unless it has its own. Proxies
 * (HTTPS_PROXY) both read.
 */
export function uvEnvironment({ ...given } = process.env) {
  const index = given.UV_INDEX_URL || given.PIP_INDEX_URL;
  const more = given.UV_EXTRA_INDEX_URL || given.PIP_EXTRA_INDEX_URL;
  const certificate = given.SSL_CERT_FILE || given.PIP_CERT;
  return {
    ...(index && !given.UV_DEFAULT_INDEX ? { UV_DEFAULT_INDEX: index } : {}),
    ...(more && !given.UV_INDEX ? { UV_INDEX: more } : {}),
    // As pip does: any index may have the version. What is taken is pinned by its digest.
    ...(given.UV_INDEX_STRATEGY ? {} : { UV_INDEX_STRATEGY: "unsafe-best-match" }),
    ...(certificate ? { SSL_CERT_FILE: certificate } : {}),
    UV_PYTHON_DOWNLOADS: "never",
  };
}

export function pipEnvironment({ ...given } = process.env) {
  const index = given.PIP_INDEX_URL || given.UV_DEFAULT_INDEX || given.UV_INDEX_URL;
  const certificate = given.PIP_CERT || given.SSL_CERT_FILE;
  return {
    ...(index ? { PIP_INDEX_URL: index } : {}),
    ...(certificate ? { PIP_CERT: certificate } : {}),
    // It goes to a folder of ours, whatever is usual here.
    PIP_REQUIRE_VIRTUALENV: "0",
    PIP_USER: "0",
  };
}
