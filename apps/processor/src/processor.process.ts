import { systemMachineClock } from '#event-sourcing';
import {
  closeHealth,
  domainProviders,
  handlers,
  logGauges,
  obstaclesOf,
  openServersProcess,
  ownedRunner,
  projectorOn,
  queueGauges,
  type RunningProcess,
  serveHealth,
  type ServersProcess,
  type Settings,
} from '#service';
import { projectionNames } from '#videos';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { Processor, ProcessorModule } from './processor.module.js';

/** The durable subscriptions by themselves. Each piece of work is done by one of the processors; what comes by topic they share. */
@Module({})
class ProcessorProcessModule {
  static of({ engines, grounded, owner, told }: ServersProcess): DynamicModule {
    const { ownership } = engines;
    const { log, fatal: onStopped } = told;
    if (ownership === undefined) throw new Error('a processor of its own needs leases');
    const run = ownedRunner({ ownership, owner, clock: systemMachineClock, log, onStopped });
    const projector = () => projectorOn(engines, { log, onStopped });
    const processor = ProcessorModule.of({ ...grounded, projector, publishesFacts: true, run, onStopped });
    const providers = [...handlers, ...domainProviders(grounded.ground, grounded.domain)];
    return { module: ProcessorProcessModule, global: true, imports: [CqrsModule.forRoot(), processor], providers, exports: providers };
  }
}

/** Starts one processor of the servers column, with its health and metrics on PORT. */
export async function startProcessor(settings: Settings): Promise<RunningProcess> {
  const opened = await openServersProcess(settings, 'processor');
  try {
    return await startOn(opened, settings);
  } catch (error) {
    await opened.stop();
    throw error;
  }
}

async function startOn(opened: ServersProcess, settings: Settings): Promise<RunningProcess> {
  const { engines, told } = opened;
  const app = await NestFactory.createApplicationContext(ProcessorProcessModule.of(opened), { logger: told.nest, abortOnError: false });
  const processor = app.get(Processor, { strict: false });
  const upTo = async (): Promise<ReadonlyMap<string, bigint>> => {
    const projected = projectionNames.map(async (name) => [name, await engines.readModels.checkpoint(name)] as const);
    return new Map([...(await Promise.all(projected)), ...processor.publishedUpTo()]);
  };
  const server = await serveHealth(settings, {
    obstacles: obstaclesOf(engines, ['event store', 'message queue', 'read models', 'files']),
    away: () => engines.away(),
    gauges: [async () => logGauges(engines.store, await upTo()), () => queueGauges(engines.queue)],
    log: told.log,
  });
  const stop = async (): Promise<void> => {
    await app.close();
    await closeHealth(server);
    await opened.stop();
  };
  return { greeting: `Video credits processor; its health at http://${settings.host}:${settings.port}/healthz/ready`, stop };
}
