const names =
  /^(PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|NODE_\w+|NO_COLOR|LD_LIBRARY_PATH|SSL_CERT_(FILE|DIR)|(HTTPS?|NO|ALL)_PROXY)$/i

/**
 * Variables that any program may need: the PATH, language, proxies, certificates, and what Node
 * reads.
 */
export function systemEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return pick(env, (name) => names.test(name))
}

/** The variables that are set and accepted by the test. */
export function pick(
  env: NodeJS.ProcessEnv,
  isWanted: (name: string) => boolean,
): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => value !== undefined && value !== '' && isWanted(name),
    ),
  )
}
