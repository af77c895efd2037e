import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { compile } from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';

export interface Address {
  /** Normalized: an IPv4 address, or an IPv6 network such as `2001:db8::/64`, from which one client can call. */
  readonly countedAs: string;
  readonly isTrustedProxy: boolean;
}

/** Prefix length that one internet subscriber usually gets. */
const ipv6PrefixLength = 64;

/** Cached addresses. Parsing an IPv6 address takes 12 µs, a look-up less than one. */
const rememberedAddresses = 10_000;

/** Determines the network address to which limits count a request. */
export class ClientAddresses {
  readonly #isTrustedProxy: (address: string, hop: number) => boolean;
  readonly #logger: Logger;
  #hasWarned = false;
  readonly #remembered = new LRUCache<string, Address>({ max: rememberedAddresses });

  /** @param trustedProxies addresses and CIDR blocks; if empty, X-Forwarded-For is ignored */
  constructor(trustedProxies: readonly string[], logger: Logger) {
    this.#logger = logger;
    this.#isTrustedProxy = compile([...trustedProxies]);
  }

  /**
   * The last address of the connection and X-Forwarded-For that is not a trusted proxy's. If a trusted proxy forwards no valid
   * address, its own is used, because with arbitrary texts a client could evade the limits.
   */
  of({ socket, headers }: IncomingMessage): string {
    let nearest = this.peer(socket);
    if (!nearest?.isTrustedProxy) {
      if ('x-forwarded-for' in headers || 'forwarded' in headers) this.#warnOnce(socket);
      return nearest?.countedAs ?? '';
    }
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    while (nearest?.isTrustedProxy) {
      const next = this.#read(forwarded.pop() ?? '');
      if (next === undefined) break;
      nearest = next;
    }
    return nearest.countedAs;
  }

  /** The peer's address; undefined once the connection is closed. */
  peer({ remoteAddress }: Socket): Address | undefined {
    return this.#read(remoteAddress ?? '');
  }

  /** Warns about a proxy that is not trusted, because all clients behind it share the limits of one address. */
  #warnOnce({ remoteAddress }: Socket): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(
      `requests forwarded by ${remoteAddress} are counted as its own: if it is a proxy of yours, name it in TRUSTED_PROXIES`,
    );
  }

  #read(text: string): Address | undefined {
    const bare = withoutPort(text.trim()).replace(/%.*/, '');
    // ipaddr.js also accepts `1` and `0x7f.1`.
    if (isIP(bare) === 0) return undefined;
    const known = this.#remembered.get(bare);
    if (known !== undefined) return known;
    // Converts IPv4-mapped IPv6 addresses to IPv4.
    const ip = ipaddr.process(bare);
    const address = { countedAs: countedAs(ip), isTrustedProxy: this.#isTrustedProxy(ip.toString(), 0) };
    this.#remembered.set(bare, address);
    return address;
  }
}

/** Strips ports and brackets, as in `[::1]:80` and `10.0.0.1:80`, which some proxies forward. */
function withoutPort(text: string): string {
  return /^\[(.*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}

function countedAs(ip: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (ip instanceof ipaddr.IPv4) return ip.toString();
  const network = `${ip}/${ipv6PrefixLength}`;
  return `${ipaddr.IPv6.networkAddressFromCIDR(network)}/${ipv6PrefixLength}`;
}
