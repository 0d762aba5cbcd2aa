import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createSecureServer } from 'node:http2'
import { type AddressInfo, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { NativeConnection } from '@temporalio/worker'
import { generate } from 'selfsigned'
import { beforeAll, expect, it } from 'vitest'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { connectionOptions, createClient } from '../../web/operate/temporal-client.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { createTestTemporal } from '../support/servers/temporal.ts'

/**
 * A cluster that requires mutual TLS: the real one behind a TLS proxy, with its own certificate
 * authority.
 */
let cluster: { address: string; namespace: string }
let authority: { cert: string; private: string }
let certificate: { cert: string; private: string }
let folder: string

beforeAll(async () => {
  const temporal = await createTestTemporal()
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-tls-'))
  atTheEnd(() => rm(folder, { recursive: true }))
  authority = await certify('An authority', [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ])
  certificate = await certify('cratesocial', [{ name: 'extKeyUsage', clientAuth: true }], authority)
  const server = await certify('temporal.example', serverNames, authority)
  const options = {
    cert: server.cert,
    key: server.private,
    ca: authority.cert,
    requestCert: true,
    ALPNProtocols: ['h2'],
  }
  const proxy = createServer(options, (socket) => {
    const onward = connect(Number(temporal.address.split(':')[1]), '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    socket.on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
  })
  cluster = { address: await listen(proxy), namespace: temporal.namespace }
})

it('client and worker connect to a cluster with mutual TLS, configured by variables', async () => {
  await writeFile(join(folder, 'client.key'), certificate.private)
  const env = {
    TEMPORAL_ADDRESS: cluster.address,
    TEMPORAL_NAMESPACE: cluster.namespace,
    TEMPORAL_TLS_SERVER_NAME: 'temporal.example',
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.cert,
    TEMPORAL_TLS_CLIENT_CERT_DATA: certificate.cert,
    TEMPORAL_TLS_CLIENT_KEY_DATA_FILE: join(folder, 'client.key'),
  }
  expect(await whoAnswers(env)).toEqual({ client: cluster.namespace, worker: cluster.namespace })
})

it('client and worker connect to a cluster with mutual TLS, configured by a profile in a file', async () => {
  const file = join(folder, 'temporal.toml')
  await writeFile(join(folder, 'ca.pem'), authority.cert)
  await writeFile(
    file,
    `[profile.default]
address = "${cluster.address}"
namespace = "${cluster.namespace}"
[profile.default.tls]
server_name = "temporal.example"
server_ca_cert_path = "${join(folder, 'ca.pem')}"
client_cert_data = """${certificate.cert}"""
client_key_data = """${certificate.private}"""
`,
  )
  expect(await whoAnswers({ TEMPORAL_CONFIG_FILE: file })).toEqual({
    client: cluster.namespace,
    worker: cluster.namespace,
  })
})

it('a cluster is not trusted without its authority, and does not trust us without our certificate', async () => {
  const address = { TEMPORAL_ADDRESS: cluster.address, TEMPORAL_NAMESPACE: cluster.namespace }
  const ours = {
    TEMPORAL_TLS_CLIENT_CERT_DATA: certificate.cert,
    TEMPORAL_TLS_CLIENT_KEY_DATA: certificate.private,
  }
  const theirs = {
    TEMPORAL_TLS_SERVER_NAME: 'temporal.example',
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.cert,
  }
  for (const env of [{ ...address, ...ours }, { ...address, ...theirs }, address]) {
    const { temporal, vaultKeys } = testConfig(env)
    const client = createClient(temporal, createDataConverter(vaultKeys))
    const soon = Date.now() + 1_000
    await expect(
      client.withDeadline(soon, () => client.connection.workflowService.getSystemInfo({})),
    ).rejects.toThrow()
    await client.connection.close()
    await expect(NativeConnection.connect(connectionOptions(temporal))).rejects.toThrow()
  }
})

it('client and worker send the API key with every call, over TLS', async () => {
  const server = await certify('localhost', serverNames, authority)
  const heard: (string | undefined)[] = []
  const cloud = createSecureServer({ cert: server.cert, key: server.private })
  cloud.on('stream', (stream, headers) => {
    heard.push(headers.authorization)
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc' },
      { waitForTrailers: true },
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.alloc(5)) // an empty message
  })
  const { temporal, vaultKeys } = testConfig({
    TEMPORAL_ADDRESS: await listen(cloud),
    TEMPORAL_API_KEY: 'a key of the cloud',
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.cert,
  })
  const client = createClient(temporal, createDataConverter(vaultKeys))
  await client.connection.workflowService.getSystemInfo({})
  await client.connection.close()
  const byClient = heard.splice(0)
  await (await NativeConnection.connect(connectionOptions(temporal))).close()
  expect(new Set(byClient)).toEqual(new Set(['Bearer a key of the cloud']))
  expect(new Set(heard)).toEqual(new Set(['Bearer a key of the cloud']))
})

/** The name of the namespace as reported to a client and to a worker's connection. */
const whoAnswers = async (env: NodeJS.ProcessEnv) => {
  const { temporal, vaultKeys } = testConfig(env)
  const { namespace } = temporal
  const client = createClient(temporal, createDataConverter(vaultKeys))
  const native = await NativeConnection.connect(connectionOptions(temporal))
  const answers = await Promise.all(
    [client.connection, native].map(({ workflowService }) =>
      workflowService.describeNamespace({ namespace }),
    ),
  )
  await Promise.all([client.connection.close(), native.close()])
  const [byClient, byWorker] = answers.map(({ namespaceInfo }) => namespaceInfo?.name)
  return { client: byClient, worker: byWorker }
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>
const serverNames: Extensions = [
  { name: 'extKeyUsage', serverAuth: true },
  {
    name: 'subjectAltName',
    altNames: ['temporal.example', 'localhost'].map((value) => ({ type: 2, value })),
  },
]

const certify = (name: string, extensions: Extensions, by?: { cert: string; private: string }) =>
  generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions,
    ...(by ? { ca: { cert: by.cert, key: by.private } } : {}),
  })

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atTheEnd(async () => void server.close())
  return `localhost:${(server.address() as AddressInfo).port}`
}
