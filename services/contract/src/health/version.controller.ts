import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type ServiceVersion, versionOf } from '@tutti/service';
import { Documented } from '../openapi/documented.js';

@ApiTags('health')
@Controller('version')
export class VersionController {
  @Get()
  @Documented({ summary: 'Which release answers', answers: 'Version' })
  version(): ServiceVersion {
    return versionOf('contract');
  }
}
