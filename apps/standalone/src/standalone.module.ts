import { ApiModule, type ApiParts, apiProviders } from '#api';
import { ProcessorModule, type ProcessorModuleParts } from '#processor';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';

export interface StandaloneParts {
  readonly api: ApiParts;
  readonly processor: ProcessorModuleParts;
  readonly workers: readonly DynamicModule[];
}

/** Everything in one process: the edge, the processor and the render worker on one ground. */
@Module({})
export class StandaloneModule {
  static of({ api, processor, workers }: StandaloneParts): DynamicModule {
    const providers = [...apiProviders(api)];
    return {
      module: StandaloneModule,
      global: true,
      imports: [CqrsModule.forRoot(), ProcessorModule.of(processor), ApiModule, ...workers],
      providers,
      exports: providers,
    };
  }
}
