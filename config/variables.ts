import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { issuerModules } from '../platforms/index.ts'
import type { IssuerModule } from '../platforms/issuer-module.ts'
import {
  addresses,
  baseUrl,
  boolean,
  headers,
  hostAndPort,
  integer,
  line,
  longText,
  mailAddress,
  oneOf,
  origin,
  someOf,
  text,
  urlOf,
  vaultKeys,
} from './values.ts'
import { type ValuesOf, type Variable, variable } from './variable.ts'

export type Values = ValuesOf<typeof ownVariables>

/** All settings that no issuer declares. */
const ownVariables = {
  NODE_ENV: variable(oneOf('development', 'test', 'production'), {
    fallback: 'development',
    about: 'production is strict: https and the real platforms',
  }),
  DATABASE_URL: variable(urlOf('postgres:', 'postgresql:'), {
    secret: true,
    about: 'PostgreSQL 15 or newer',
  }),
  DATABASE_DIRECT_URL: variable(urlOf('postgres:', 'postgresql:'), {
    optional: true,
    secret: true,
    about:
      'the same database without PgBouncer, for LISTEN, migrations and backups; DATABASE_URL by default',
  }),
  DATABASE_PREPARE: variable(boolean, {
    fallback: 'true',
    about: 'prepared statements; false behind PgBouncer',
  }),
  TEMPORAL_ADDRESS: variable(hostAndPort, {
    optional: true,
    about: 'the Temporal cluster; 127.0.0.1:7233 by default',
  }),
  TEMPORAL_NAMESPACE: variable(text, {
    optional: true,
    about: 'its namespace; "default" by default',
  }),
  TEMPORAL_API_KEY: variable(text, {
    optional: true,
    secret: true,
    about: 'for Temporal Cloud; implies TLS',
  }),
  TEMPORAL_TLS: variable(boolean, { optional: true, about: 'whether to use TLS for Temporal' }),
  TEMPORAL_TLS_SERVER_NAME: variable(text, {
    optional: true,
    about: 'name expected in the certificate of the cluster',
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: variable(text, {
    optional: true,
    about: 'PEM file of the authority that signed it',
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: variable(text, { optional: true, about: 'the same as text' }),
  TEMPORAL_TLS_CLIENT_CERT_PATH: variable(text, {
    optional: true,
    about: 'PEM file of our certificate, for mutual TLS',
  }),
  TEMPORAL_TLS_CLIENT_CERT_DATA: variable(text, { optional: true, about: 'the same as text' }),
  TEMPORAL_TLS_CLIENT_KEY_PATH: variable(text, { optional: true, about: 'PEM file of its key' }),
  TEMPORAL_TLS_CLIENT_KEY_DATA: variable(text, {
    optional: true,
    secret: true,
    about: 'the same as text',
  }),
  TEMPORAL_CONFIG_FILE: variable(text, {
    optional: true,
    about: 'TOML file with profiles that hold all of these settings',
  }),
  TEMPORAL_PROFILE: variable(text, {
    optional: true,
    about: 'the profile in it; "default" by default',
  }),
  TEMPORAL_ACCEPT_UNSEALED: variable(boolean, {
    fallback: 'false',
    about:
      'lets workers read payloads that are not sealed; only while moving workflows that were started without sealing',
  }),
  TEMPORAL_UI_URL: variable(baseUrl, {
    optional: true,
    about: 'the Temporal UI, shown to operators at /temporal/',
  }),
  PUBLIC_URL: variable(origin, {
    fallback: 'http://localhost:3000',
    about: 'the origin that people use',
  }),
  HOST: variable(text, { fallback: '127.0.0.1', about: 'the address to listen on' }),
  PORT: variable(integer(0, 65_535), { fallback: '3000', about: 'the port to listen on' }),
  METRICS_PORT: variable(integer(0, 65_535), {
    optional: true,
    about: 'port of /metrics, of server and worker each; keep it internal',
  }),
  METRICS_HOST: variable(text, {
    fallback: '127.0.0.1',
    about: 'address of /metrics: the loopback or a private one',
  }),
  TRUSTED_PROXIES: variable(addresses, {
    fallback: '',
    about:
      'reverse proxies whose X-Forwarded-For is believed: their addresses, or ranges that only they are in',
  }),
  VAULT_KEYS: variable(vaultKeys, {
    secret: true,
    about: 'id:base64 of 32 bytes, comma separated; the first seals, all open',
  }),
  THROTTLE_KEY: variable(longText(32), {
    secret: true,
    about: 'keys the hashes that count sign-in attempts',
  }),
  MEDIA_URL: variable(urlOf('file:', 's3:'), {
    fallback: pathToFileURL(resolve('.data/media')).href,
    about: 'where uploaded media live: a folder (file:///…) or a bucket (s3://bucket/folder)',
  }),
  S3_ENDPOINT: variable(baseUrl, {
    optional: true,
    about: 'S3-compatible storage; Amazon by default',
  }),
  S3_REGION: variable(text, { fallback: 'us-east-1', about: 'its region' }),
  S3_ACCESS_KEY_ID: variable(text, {
    optional: true,
    about: 'key of the bucket; without it the role of the machine',
  }),
  S3_SECRET_ACCESS_KEY: variable(text, { optional: true, secret: true, about: 'its secret' }),
  MEDIA_PUBLIC_URL: variable(baseUrl, {
    optional: true,
    about: 'where platforms fetch media; PUBLIC_URL/media by default',
  }),
  FFMPEG_PATH: variable(text, {
    fallback: 'ffmpeg',
    about: 'the program that reads and writes videos; ffmpeg on the PATH by default',
  }),
  UPLOAD_MAX_BYTES: variable(integer(1, 2 ** 42), {
    fallback: String(2 ** 30),
    about: 'the largest upload',
  }),
  MEDIA_QUOTA_BYTES: variable(integer(1, 2 ** 50), {
    fallback: String(50 * 10 ** 9),
    about: 'how many bytes of media each workspace may store',
  }),
  DISK_MIN_FREE_BYTES: variable(integer(0, 2 ** 50), {
    fallback: String(2 * 10 ** 9),
    about: 'free disk space below which no uploads are taken and /health/ready reports the disk',
  }),
  API_REQUESTS_PER_HOUR: variable(integer(1, 10_000_000), {
    fallback: '600',
    about: 'how many requests each API key can send in an hour',
  }),
  WEBHOOK_PRIVATE_ADDRESSES: variable(addresses, {
    fallback: '',
    about:
      'private addresses or ranges that webhooks may reach, also with http://; none by default',
  }),
  SMTP_URL: variable(urlOf('smtp:', 'smtps:'), { secret: true, about: 'the mail server' }),
  MAIL_FROM: variable(mailAddress, {
    fallback: 'CrateSocial <no-reply@cratesocial.net>',
    about: 'sender of every email',
  }),
  CONTACT_EMAIL: variable(mailAddress, {
    fallback: 'privacy@cratesocial.net',
    about: 'who answers questions about data',
  }),
  // What the privacy policy and the terms say about this installation. config/operator.ts refuses
  // settings that would make them untrue.
  OPERATOR_NAME: variable(line, {
    optional: true,
    about: 'legal name of the person or company that runs this installation',
  }),
  OPERATOR_ADDRESS: variable(line, { optional: true, about: 'their postal address, in one line' }),
  HOSTING_PROVIDER: variable(line, {
    optional: true,
    about: 'who hosts the server, with its country: "Example GmbH, Germany"',
  }),
  MAIL_PROVIDER: variable(line, { optional: true, about: 'who runs the mail server of SMTP_URL' }),
  STORAGE_PROVIDER: variable(line, {
    optional: true,
    about: 'who stores or serves uploaded media, when that is not the server itself',
  }),
  DATABASE_PROVIDER: variable(line, {
    optional: true,
    about: 'who runs PostgreSQL, when that is not the server itself',
  }),
  WORKFLOW_PROVIDER: variable(line, {
    optional: true,
    about: 'who runs Temporal, when that is not the server itself',
  }),
  TRACES_PROVIDER: variable(line, {
    optional: true,
    about: 'who runs the OpenTelemetry collector, when that is not the server itself',
  }),
  SUPERVISORY_AUTHORITY: variable(line, {
    optional: true,
    about: 'the data protection authority that people can complain to',
  }),
  BACKUP_DAYS: variable(integer(1, 365), {
    fallback: '30',
    about: 'days after which you delete a backup, at the latest',
  }),
  TERMS_FILE: variable(text, {
    optional: true,
    about: 'text file with your own terms of service; a default text otherwise',
  }),
  ALLOW_LOCAL_PLATFORMS: variable(boolean, {
    fallback: 'false',
    about: 'lets production talk to the sandbox',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(baseUrl, {
    optional: true,
    about: 'an OpenTelemetry collector (OTLP over HTTP); spans go to its /v1/traces',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: variable(headers, {
    optional: true,
    secret: true,
    about: 'headers that it wants: name=value, comma separated, percent-encoded',
  }),
  WORKER_QUEUES: variable(someOf('publishing', 'background'), {
    fallback: 'publishing,background',
    about:
      'what this worker does: publishing (posts, tokens), background (numbers, media, exports, deletion), or both',
  }),
  LOG_LEVEL: variable(oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'), {
    fallback: 'info',
    about: 'what is logged',
  }),
}

/**
 * All settings of an installation that knows these issuers. Those marked `secret` can also come
 * from a file, whose path is in NAME_FILE.
 */
export const variablesWith = (issuers: IssuerModule[]): Variables =>
  Object.assign({ ...ownVariables }, ...issuers.map(({ settings }) => settings.variables))

type Variables = typeof ownVariables & Record<string, Variable<unknown>>

export const variables = variablesWith(issuerModules)
