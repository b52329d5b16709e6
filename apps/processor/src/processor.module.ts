import type { Grounded, Runner } from '#service';
import type { Projector } from '#event-sourcing';
import { type DynamicModule, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Inbox } from './inbox.js';
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

export interface ProcessorModuleParts extends Grounded {
  readonly projector: () => Projector;
  /** Whether facts and balances have topics of their own: on the embedded column they are read from the log. */
  readonly publishesFacts: boolean;
  readonly run: Runner;
  readonly onStopped: (error: unknown) => void;
}

/** The processor inside an application that has the command bus with the domain's handlers. */
@Module({})
export class ProcessorModule {
  static of({ ground, domain, ...parts }: ProcessorModuleParts): DynamicModule {
    const { store, queue, machineClock, log } = ground;
    const make = (commands: CommandBus): Processor =>
      new Processor({ ...parts, store, machineClock, domain, log, inbox: new Inbox(queue, commands, machineClock, log) });
    return {
      module: ProcessorModule,
      providers: [
        { provide: Processor, inject: [CommandBus], useFactory: make },
        { provide: ProcessorLife, inject: [Processor], useFactory: (processor: Processor) => new ProcessorLife(processor) },
      ],
      exports: [Processor],
    };
  }
}

export * from './processor.js';
