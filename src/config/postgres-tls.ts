import { readFileSync } from 'node:fs';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { PostgresUrlError } from './postgres-url-error.ts';

export interface PostgresTls {
  /** `prefer`: if the server offers it. */
  readonly use: 'never' | 'prefer' | 'always';
  /** Starts TLS at once, without Postgres' own negotiation. */
  readonly isDirect: boolean;
  readonly verifies: 'nothing' | 'authority' | 'authority and name';
  /** Contents of the files, as options of Node. */
  readonly certificates: Pick<
    ConnectionOptions,
    'ca' | 'cert' | 'key' | 'crl' | 'passphrase' | 'minVersion' | 'maxVersion'
  >;
}

type Mode = (typeof MODES)[number];
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
/** Other clients' words for the modes. */
const SYNONYMS: Readonly<Record<string, Mode>> = {
  true: 'require',
  '1': 'require',
  'no-verify': 'require',
  false: 'disable',
  '0': 'disable',
};
const FILES = { ca: 'sslrootcert', cert: 'sslcert', key: 'sslkey', crl: 'sslcrl' } as const;
const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/**
 * The modes are libpq's (postgresql.org/docs/current/libpq-ssl.html), with two differences. Without `sslrootcert` the authorities are those
 * that Node trusts. `channel_binding=require`, which the driver does not support, is replaced by verifying the certificate and its name,
 * which protects as well against a man in the middle.
 * @throws PostgresUrlError
 */
export function readTls(given: ReadonlyMap<string, string>): PostgresTls {
  const mode = modeOf(given);
  const rootCertificate = given.get('sslrootcert');
  const isBound = given.get('channel_binding') === 'require';
  const isDirect = given.get('sslnegotiation') === 'direct';
  if ((isBound || isDirect) && mode !== undefined && ['disable', 'allow', 'prefer'].includes(mode))
    throw new PostgresUrlError(`sslmode=require or more beside ${isBound ? 'channel_binding' : 'sslnegotiation'}`);
  if (rootCertificate === 'system' && mode !== undefined && mode !== 'verify-full')
    throw new PostgresUrlError('sslmode=verify-full beside sslrootcert=system');
  if (given.has('sslcert') !== given.has('sslkey')) throw new PostgresUrlError('both sslcert and sslkey, or neither');
  return {
    use: useOf(mode, isBound || isDirect || given.has('sslrootcert'), given.has('sslcert')),
    isDirect,
    verifies: verifiedBy(mode, isBound, rootCertificate),
    certificates: mode === 'disable' ? {} : certificatesOf(given),
  };
}

function modeOf(given: ReadonlyMap<string, string>): Mode | undefined {
  const accepts = { strict: 'verify-full', accept_invalid_certs: 'require' }[given.get('sslaccept') ?? ''];
  const text = given.get('sslmode') ?? given.get('ssl');
  if (text === undefined || (accepts !== undefined && text === 'require')) return accepts as Mode | undefined;
  const mode = SYNONYMS[text] ?? MODES.find((known) => known === text);
  if (mode === undefined) throw new PostgresUrlError(`sslmode to be one of ${MODES.join(', ')}`);
  return mode;
}

/** Without a mode it is libpq's default, `prefer`, unless another parameter only makes sense with TLS. */
function useOf(mode: Mode | undefined, needsTls: boolean, hasCertificate: boolean): PostgresTls['use'] {
  if (mode === 'disable') return 'never';
  if (hasCertificate) return 'always';
  if (mode === undefined) return needsTls ? 'always' : 'prefer';
  return mode === 'allow' || mode === 'prefer' ? 'prefer' : 'always';
}

function verifiedBy(mode: Mode | undefined, isBound: boolean, rootCertificate?: string): PostgresTls['verifies'] {
  if (mode === 'verify-full' || isBound || rootCertificate === 'system') return 'authority and name';
  if (mode === 'verify-ca') return 'authority';
  // As in libpq, `require` with an authority means `verify-ca`.
  return (mode === 'require' || mode === undefined) && rootCertificate !== undefined ? 'authority' : 'nothing';
}

function certificatesOf(given: ReadonlyMap<string, string>): PostgresTls['certificates'] {
  const files = Object.entries(FILES).flatMap(([option, name]) => {
    const path = given.get(name);
    return path === undefined || path === 'system' ? [] : [[option, fileOf(name, path)]];
  });
  const versions = (['min', 'max'] as const).flatMap((end) => {
    const name = `ssl_${end}_protocol_version`;
    const text = given.get(name);
    if (text === undefined || text === '') return [];
    const version = VERSIONS.find((known) => known === text);
    if (version === undefined) throw new PostgresUrlError(`${name} to be one of ${VERSIONS.join(', ')}`);
    return [[`${end}Version`, version]];
  });
  const passphrase = given.get('sslpassword');
  return Object.fromEntries([...files, ...versions, ...(passphrase === undefined ? [] : [['passphrase', passphrase]])]);
}

function fileOf(name: string, path: string): string {
  const text = contentOf(name, path);
  if (text.includes('-----BEGIN ')) return text;
  throw new PostgresUrlError(`${JSON.stringify(path)}, the file of ${name}, to be in PEM (-----BEGIN …)`);
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new PostgresUrlError(`to be able to read ${JSON.stringify(path)}, the file of ${name} (${code})`);
  }
}
