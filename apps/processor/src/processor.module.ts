import { type DynamicModule, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Processor } from './processor.js';

/** Runs the processor for as long as the application lives. */
class ProcessorLife implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly processor: Processor) {}

  onApplicationBootstrap(): Promise<void> {
    return this.processor.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.processor.stop();
  }
}

@Module({})
export class ProcessorModule {
  /** `parts` are injected: tokens of what `make` takes. */
  static forRoot(inject: readonly unknown[], make: (...parts: never[]) => Processor): DynamicModule {
    return {
      module: ProcessorModule,
      providers: [
        { provide: Processor, inject: [...inject] as never[], useFactory: make },
        { provide: ProcessorLife, inject: [Processor], useFactory: (processor: Processor) => new ProcessorLife(processor) },
      ],
      exports: [Processor],
    };
  }
}

export * from './inbox.js';
export * from './processor.js';
