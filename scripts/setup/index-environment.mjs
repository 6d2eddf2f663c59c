/**
 * For uv, which does not read pip's variables: a mirror or a certificate that is set for pip holds for uv too, unless uv
 * has its own. Proxies (HTTPS_PROXY, ALL_PROXY) both read.
 */
export function indexEnvironment(environment = process.env) {
  const index = environment.UV_INDEX_URL || environment.PIP_INDEX_URL;
  const more = environment.UV_EXTRA_INDEX_URL || environment.PIP_EXTRA_INDEX_URL;
  const certificate = environment.SSL_CERT_FILE || environment.PIP_CERT;
  return {
    ...(index && !environment.UV_DEFAULT_INDEX ? { UV_DEFAULT_INDEX: index } : {}),
    ...(more && !environment.UV_INDEX ? { UV_INDEX: more } : {}),
    ...(certificate ? { SSL_CERT_FILE: certificate } : {}),
  };
}
