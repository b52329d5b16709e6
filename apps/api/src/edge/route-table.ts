import type { RouteSpec } from './route.js';

export interface RegisteredRoute {
  readonly method: string;
  /** With `:name` for each parameter. */
  readonly url: string;
  readonly spec: RouteSpec;
}

/** The routes as Fastify has them: what the description lists and what "wrong method" is told by. */
export class RouteTable {
  private readonly entries: (RegisteredRoute & { readonly pattern: RegExp })[] = [];

  add(route: RegisteredRoute): void {
    const pattern = new RegExp(`^${route.url.replace(/[.]/g, '\\.').replace(/:[A-Za-z]+/g, '[^/]+')}$`);
    this.entries.push({ ...route, pattern });
  }

  list(): readonly RegisteredRoute[] {
    return this.entries;
  }

  /** The methods that some route takes at this path. */
  methodsAt(path: string): readonly string[] {
    return [...new Set(this.entries.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
  }
}
