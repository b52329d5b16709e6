import { Projector, systemMachineClock } from '#event-sourcing';
import {
  closeHealth,
  domainProviders,
  handlers,
  logGauges,
  obstaclesOf,
  openServersProcess,
  ownedRunner,
  queueGauges,
  type RunningProcess,
  serveHealth,
  type ServersProcess,
  type Settings,
} from '#service';
import { accountProjection, videoProjection } from '#videos';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { Processor, ProcessorModule } from './processor.module.js';

/** The durable subscriptions by themselves. Each piece of work is done by one of the processors; what comes by topic they share. */
@Module({})
class ProcessorProcessModule {
  static of({ engines, grounded, owner, told }: ServersProcess): DynamicModule {
    const { store, readModels, ownership } = engines;
    const { log, fatal: onStopped } = told;
    if (ownership === undefined) throw new Error('a processor of its own needs leases');
    const clock = systemMachineClock;
    const projector = (): Projector =>
      new Projector({
        projections: [accountProjection, videoProjection],
        store,
        readModels,
        clock,
        log,
        // Others look into the store for how far the rows have come: they must be told of pages that changed no row, too.
        quietPages: 1,
        onStopped: (projection, error) => onStopped(new Error(`projection ${projection} stopped`, { cause: error })),
      });
    const run = ownedRunner({ ownership, owner, clock, log, onStopped });
    const processor = ProcessorModule.of({ ...grounded, projector, publishesFacts: true, run, onStopped });
    const providers = [...handlers, ...domainProviders(grounded.ground, grounded.domain)];
    return { module: ProcessorProcessModule, global: true, imports: [CqrsModule.forRoot(), processor], providers, exports: providers };
  }
}

/** Starts one processor of the servers column, with its health and metrics on PORT. */
export async function startProcessor(settings: Settings): Promise<RunningProcess> {
  const opened = await openServersProcess(settings, 'processor');
  const { engines, told } = opened;
  const app = await NestFactory.createApplicationContext(ProcessorProcessModule.of(opened), { logger: told.nest, abortOnError: false });
  const processor = app.get(Processor, { strict: false });
  const upTo = async (): Promise<ReadonlyMap<string, bigint>> => {
    const projected = ['accounts', 'videos'].map(async (name) => [name, await engines.readModels.checkpoint(name)] as const);
    return new Map([...(await Promise.all(projected)), ...processor.publishedUpTo()]);
  };
  const server = await serveHealth(settings, {
    obstacles: obstaclesOf(engines, ['event store', 'message queue', 'read models', 'files']),
    away: () => engines.away(),
    gauges: async () => [...(await logGauges(engines.store, await upTo())), ...(await queueGauges(engines.queue))],
    log: told.log,
  });
  const stop = async (): Promise<void> => {
    await app.close();
    await closeHealth(server);
    await opened.stop();
  };
  return { greeting: `Video credits processor; its health at http://${settings.host}:${settings.port}/healthz/ready`, stop };
}
