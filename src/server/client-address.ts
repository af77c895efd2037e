import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { compile } from '@fastify/proxy-addr';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';

export interface Address {
  /** One spelling for all that one client can call from: an IPv4 address, or an IPv6 network such as `2001:db8::/64`. */
  readonly countedAs: string;
  readonly isTrustedProxy: boolean;
}

/** What one subscriber to the internet is given, who can call from any address in it. */
const ipv6PrefixLength = 64;

/** Reading an IPv6 address takes 12 µs, looking it up less than one. */
const rememberedAddresses = 10_000;

/** Finds the network address under which the limits count a request. */
export class ClientAddresses {
  readonly #isTrustedProxy: (address: string, hop: number) => boolean;
  readonly #logger: Logger;
  #hasWarned = false;
  readonly #remembered = new LRUCache<string, Address>({ max: rememberedAddresses });

  /** @param trustedProxies addresses and CIDR blocks; none of them means that no X-Forwarded-For counts */
  constructor(trustedProxies: readonly string[], logger: Logger) {
    this.#logger = logger;
    this.#isTrustedProxy = compile([...trustedProxies]);
  }

  /**
   * The nearest address that no trusted proxy vouches for. What a trusted proxy forwards that is no address leaves the proxy's
   * own: whoever could choose any text would be counted under a new one each time.
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

  /** Who has connected; undefined once the connection is gone. */
  peer({ remoteAddress }: Socket): Address | undefined {
    return this.#read(remoteAddress ?? '');
  }

  /** Behind a proxy that is not trusted everybody is counted as one client, which looks like a fault of the limits. */
  #warnOnce({ remoteAddress }: Socket): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(
      `requests forwarded by ${remoteAddress} are counted as its own: if it is a proxy of yours, name it in TRUSTED_PROXIES`,
    );
  }

  #read(text: string): Address | undefined {
    const bare = withoutPort(text.trim()).replace(/%.*/, '');
    // ipaddr.js alone would take `1` and `0x7f.1` as well.
    if (isIP(bare) === 0) return undefined;
    const known = this.#remembered.get(bare);
    if (known !== undefined) return known;
    // Of IPv4 addresses mapped into IPv6 it makes the IPv4 addresses.
    const ip = ipaddr.process(bare);
    const address = { countedAs: countedAs(ip), isTrustedProxy: this.#isTrustedProxy(ip.toString(), 0) };
    this.#remembered.set(bare, address);
    return address;
  }
}

/** `[::1]:80`, `[::1]` or `10.0.0.1:80`, as some proxies forward addresses. */
function withoutPort(text: string): string {
  return /^\[(.*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}

function countedAs(ip: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (ip instanceof ipaddr.IPv4) return ip.toString();
  const network = `${ip}/${ipv6PrefixLength}`;
  return `${ipaddr.IPv6.networkAddressFromCIDR(network)}/${ipv6PrefixLength}`;
}
