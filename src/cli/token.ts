import { Command, InvalidArgumentError, Option } from 'commander';
import { type IdentityConfig, readConfig } from '../config.ts';
import { isInDataDir } from '../data-dir.ts';
import { isOwnViewerId } from '../domain/viewer.ts';
import { identityOf } from '../identity/identity.ts';
import { CommandFailure, exitCodes } from './failure.ts';

const examples = `
The token is signed with the secret that \`serve\` uses under the same settings: JWT_SECRET, or the one kept in DATA_DIR.
The server may be running. Only the token is written to standard output.

Examples:
  $ holdfast token --sub box-office --role organizer --ttl 12h
  $ holdfast token --sub ann --ttl 30m`;

interface TokenOptions {
  readonly sub: string;
  readonly role: 'customer' | 'organizer';
  /** Seconds. */
  readonly ttl: number;
}

export function tokenCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('token')
    .description('sign a token for a viewer of the API')
    .requiredOption('--sub <id>', 'whom it speaks for', parseSub)
    .addOption(new Option('--role <role>', 'what it may do').choices(['customer', 'organizer']).default('customer'))
    .addOption(
      new Option('--ttl <duration>', 'how long it is good for: 30m, 12h, 7d')
        .argParser(parseTtl)
        .default(parseTtl('12h'), '12h'),
    )
    .addHelpText('after', examples)
    .action((options: TokenOptions) => printToken(options, env));
}

async function printToken({ sub, role, ttl }: TokenOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(env).identity;
  await refuseWithoutSecret(config);
  const identity = await identityOf(config);
  const { token } = await identity.sign({ sub, roles: role === 'organizer' ? ['ORGANIZER'] : [], ttlSeconds: ttl });
  process.stdout.write(`${token}\n`);
}

async function refuseWithoutSecret({ secret }: IdentityConfig): Promise<void> {
  if (secret === null) {
    throw new CommandFailure(
      'without a JWT_SECRET all tokens come from the identity provider of JWKS_URL',
      exitCodes.wronglyCalled,
    );
  }
  if (secret.kind !== 'persisted') return;
  if (secret.dataDir === 'memory://') {
    throw new CommandFailure(
      'with DATA_DIR=memory:// every server makes a secret of its own; set JWT_SECRET for both',
      exitCodes.wronglyCalled,
    );
  }
  // A secret created here would be no server's, if this is not the folder of one.
  if (!(await isInDataDir(secret.dataDir, 'jwt-secret'))) {
    throw new CommandFailure(
      `there is no secret in ${secret.dataDir} yet: a server makes it when it first starts there; start it, set DATA_DIR to its folder, or set JWT_SECRET for both`,
    );
  }
}

function parseSub(text: string): string {
  if (isOwnViewerId(text)) return text;
  throw new InvalidArgumentError(
    'Expected 1 to 255 characters, none of them a control character, and not oidc: before them.',
  );
}

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** As for guests' tokens, because tokens cannot be revoked. */
const LONGEST_TTL_SECONDS = 365 * 86_400;

/** `30m` → 1800 */
function parseTtl(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? [];
  const ttl = Number(count) * (seconds[unit] ?? 0);
  if (ttl >= 1 && ttl <= LONGEST_TTL_SECONDS) return ttl;
  throw new InvalidArgumentError('Expected a number with s, m, h or d, such as 30m, 12h or 7d, up to 365d.');
}
