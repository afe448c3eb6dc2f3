import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { DECISION_PATHS } from './decision-paths.js';
import { SCHEMAS } from './schemas.js';

/** The OpenAPI document of the whole service. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tutti')
    .setDescription(
      'Decisions in, exactly one verdict each; what became of subjects, and what the model allows. Every answer that is not a yes is a problem (RFC 9457) with a literal `code`.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'A token an operator issued, or a JWT. Not needed where access is open.',
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}.${method}`,
  });
  document.paths = { ...DECISION_PATHS, ...document.paths };
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...(SCHEMAS as Record<string, never>) },
  };
  return document;
}

/** Serves `/openapi.json` and, for people, `/docs`. */
export function serveDocuments(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Tutti: HTTP',
  });
}
