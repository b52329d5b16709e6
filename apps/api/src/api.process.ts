import { StaffKey } from '#access';
import {
  logGauges,
  obstaclesOf,
  openServersProcess,
  projectorOn,
  queueGauges,
  rebuildTold,
  type RunningProcess,
  type ServersProcess,
  type Settings,
} from '#service';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ApiModule } from './api.module.js';
import { type ApiParts, apiProviders } from './api.providers.js';
import { createHttpApp, listen } from './http.js';

/** The edge by itself: commands go to the event store, reads to the read models that processors keep up to date. */
@Module({})
class ApiProcessModule {
  static of(parts: ApiParts): DynamicModule {
    const providers = [...apiProviders(parts)];
    return { module: ApiProcessModule, global: true, imports: [CqrsModule.forRoot(), ApiModule], providers, exports: providers };
  }
}

/** Starts one api process of the servers column and listens. */
export async function startApi(settings: Settings): Promise<RunningProcess & { readonly base: string }> {
  const opened = await openServersProcess(settings, 'api');
  const { engines, grounded, staffToken, told } = opened;
  try {
    const module = ApiProcessModule.of({
      ...grounded,
      authenticators: [new StaffKey(staffToken)],
      gapless: false,
      // Without the event store nothing works; without another engine some things do not, and the process stays in use for the rest.
      readiness: { obstacles: obstaclesOf(engines, ['event store']), away: () => engines.away() },
      gauges: [() => logGauges(engines.store, new Map()), () => queueGauges(engines.queue)],
      rebuild: (projection) => rebuilt(opened, projection),
    });
    const app = await createHttpApp(module, { logger: told.nest });
    const base = await listen(app, settings);
    told.logger.info({ base }, 'api listening');
    const stop = async (): Promise<void> => {
      await app.close();
      await opened.stop();
    };
    return { base, greeting: `Video credits api at ${base}`, stop };
  } catch (error) {
    await opened.stop();
    throw error;
  }
}

/** Makes a read model anew beside the one that a processor keeps up to date. */
async function rebuilt({ engines, told }: ServersProcess, name: string): Promise<void> {
  const projector = projectorOn(engines, { log: told.log, onStopped: (error) => told.log(`rebuild: ${String(error)}`) });
  await rebuildTold(projector, name, { store: engines.store, told });
}
