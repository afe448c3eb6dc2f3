import { Controller, Get, Inject } from '@nestjs/common';
import { SERVICE } from './health.controller.js';
import { type ServiceVersion, versionOf } from './version-of.js';

@Controller('version')
export class ServiceVersionController {
  constructor(@Inject(SERVICE) private readonly service: string) {}

  @Get()
  version(): ServiceVersion {
    return versionOf(this.service);
  }
}
