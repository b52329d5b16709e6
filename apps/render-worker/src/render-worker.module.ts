import { type DynamicModule, Inject, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RenderWorker, type RenderWorkerOptions } from './render-worker.js';

const OPTIONS = Symbol('render worker options');

/** Lets the worker live as long as the application does. What it was rendering at shutdown is rendered again later. */
@Injectable()
class RenderWorkerLife implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly worker: RenderWorker;

  constructor(@Inject(OPTIONS) options: RenderWorkerOptions) {
    this.worker = new RenderWorker(options);
  }

  onApplicationBootstrap(): Promise<void> {
    return this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }
}

/** The reference render worker inside an application that has the queue. */
@Module({})
export class RenderWorkerModule {
  static forRoot(options: RenderWorkerOptions): DynamicModule {
    return RenderWorkerModule.forRootAsync([], () => options);
  }

  /** For options that other providers make: `inject` are their tokens, in the order of `useFactory`'s arguments. */
  static forRootAsync<Parts extends readonly unknown[]>(
    inject: { readonly [P in keyof Parts]: symbol | string | (abstract new (...args: never[]) => unknown) },
    useFactory: (...parts: Parts) => RenderWorkerOptions,
  ): DynamicModule {
    return { module: RenderWorkerModule, providers: [{ provide: OPTIONS, inject: [...inject], useFactory }, RenderWorkerLife] };
  }
}

export type { RenderWorkerOptions } from './render-worker.js';
