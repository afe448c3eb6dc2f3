import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ModelDefinition } from '@tutti/model';
import { Transform } from 'class-transformer';
import { IsBoolean, IsObject, IsOptional, IsString, Matches, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { Act } from '../registry/registry.bodies.js';

/** A model's text, or its intermediate form: one of the two. */
export class ModelBody {
  @ApiPropertyOptional({ type: String, description: 'The model as people write it.' })
  @ValidateIf(({ definition }: ModelBody) => definition === undefined)
  @IsString({ message: 'send the text of a model here, or its intermediate form as `definition`' })
  @MinLength(1)
  yaml?: string;

  @ApiPropertyOptional({ type: String, description: 'Name of the file, for its errors.' })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  file?: string;

  @ApiPropertyOptional({ type: Object, description: 'Intermediate form, as classes compile to.' })
  @IsOptional()
  @IsObject()
  definition?: ModelDefinition;
}

export class PublishModel extends ModelBody {
  @ApiProperty({ type: String, description: 'Why. It is journaled with the act.' })
  @IsString({ message: 'say why: a text of 1 to 1000 characters' })
  @MinLength(1, { message: 'say why: a text of 1 to 1000 characters' })
  @MaxLength(1000, { message: 'say why: a text of 1 to 1000 characters' })
  @Matches(/\S/, { message: 'say why: a text of 1 to 1000 characters' })
  because!: string;

  @ApiPropertyOptional({ type: String, description: 'Who acts, where access is open.' })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  by?: string;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Publish although it breaks somebody.' })
  @IsOptional()
  @IsBoolean()
  breaking?: boolean;
}

/** What a body that is the model's text itself cannot say. */
export class PublishQuery extends Act {
  @ApiPropertyOptional({ type: Boolean, default: false })
  @IsOptional()
  @Transform(({ value }) => (value === 'true' || value === '' ? true : value === 'false' ? false : (value as unknown)))
  @IsBoolean()
  breaking?: boolean;

  @ApiPropertyOptional({ type: String })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  file?: string;
}
