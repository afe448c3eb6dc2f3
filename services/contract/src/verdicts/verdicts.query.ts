import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** Filters of `GET /v1/verdicts` and of its stream. */
export class VerdictsQuery {
  @ApiPropertyOptional({ type: [String], description: 'Full type: `order.ship`; several: any of them.' })
  @IsOptional()
  @Transform(asList)
  @IsString({ each: true })
  @MaxLength(256, { each: true })
  @ArrayMaxSize(64)
  type?: string[];

  @ApiPropertyOptional({ type: String, description: 'Subject id.' })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  subject?: string;

  @ApiPropertyOptional({ type: Boolean })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  accepted?: boolean;

  @ApiPropertyOptional({ type: Boolean, description: 'Accepted although a rule would refuse it.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  irregular?: boolean;

  @ApiPropertyOptional({ type: [String], description: 'One of its reasons has this code; several: any of them.' })
  @IsOptional()
  @Transform(asList)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  @ArrayMaxSize(64)
  code?: string[];

  @ApiPropertyOptional({ type: String, description: 'RFC 3339, or how long ago: `30s 15m 1h 2d`.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  since?: string;

  @ApiPropertyOptional({
    type: String,
    description:
      '`true`: of decisions the caller sent, or subjects the caller is a party to. Or the id of a participant.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  mine?: string;

  @ApiPropertyOptional({
    type: String,
    description: 'Where to go on: `next` of the page before, or an event id of the stream.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  cursor?: string;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 1000, default: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;
}

function asList({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? [value] : value;
}

function asBoolean({ value }: { value: unknown }): unknown {
  if (value === 'true' || value === '') return true;
  return value === 'false' ? false : value;
}
