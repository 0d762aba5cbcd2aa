import { PlatformError } from '../../../platforms/errors.ts'
import { call, type HttpAnswer, type HttpRequest } from '../../../platforms/http.ts'
import type { Finding } from './finding.ts'

const timeoutMs = 15_000

type Spoken = { answer: HttpAnswer } | { finding: AddressVerdict }

/** What a check says of an address. */
export type AddressVerdict = Pick<Finding, 'result' | 'words' | 'todo'>

/** Calls an address. If nothing answers, returns what a finding says about that. */
export const askAddress = async (request: Omit<HttpRequest, 'timeoutMs'>): Promise<Spoken> => {
  try {
    return { answer: await call({ ...request, timeoutMs, maxBytes: 1_000_000 }) }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    return { finding: { result: 'problem', ...explain(error.problem.code, request.url) } }
  }
}

const explain = (code: string, url: string): Pick<Finding, 'words' | 'todo'> => {
  const { host, protocol } = new URL(url)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { words: `${host} was not found in DNS (${code}).`, todo: 'Add a DNS record for it.' }
  if (/CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/.test(code))
    return {
      words: `The certificate of ${host} is not valid (${code}). Platforms reject it.`,
      todo: 'Renew it, or have the reverse proxy get one.',
    }
  const port = new URL(url).port || (protocol === 'https:' ? '443' : '80')
  return {
    words: `Nothing answers at ${host} on port ${port} (${code}).`,
    todo: 'Check that the server and the reverse proxy run, and that the firewall lets this machine through.',
  }
}

/**
 * Not every network lets a machine reach itself by its public name. If it does, that doesn't prove
 * that others can reach it.
 */
export const provesOnly =
  'It can be reached from this machine; this doesn’t prove that others can reach it.'
