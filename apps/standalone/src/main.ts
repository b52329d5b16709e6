import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

@Controller('healthz')
class HealthController {
  @Get(['live', 'ready'])
  answer() {
    return { status: 'ok' };
  }
}

@Module({ imports: [CqrsModule.forRoot()], controllers: [HealthController] })
class StandaloneModule {}

const app = await NestFactory.create<NestFastifyApplication>(StandaloneModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
app.enableShutdownHooks();
const port = Number(process.env['PORT'] ?? 3000);
await app.listen(port, process.env['HOST'] ?? '127.0.0.1');
console.log(`Listening on http://127.0.0.1:${port}`);
