import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
} from 'class-validator';
import { SCOPES, type Scope } from '../access/caller.js';

/** A participant's id: 1 to 128 characters without white space, `/` or control characters. */
const PARTICIPANT = /^[^\s/\p{Cc}]{1,128}$/u;
const ROLE = /^[a-z][A-Za-z0-9]*$/;
/** 32 bytes in base64url. */
const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

/** Who acted and why: every operator's act says it. */
export class Act {
  @ApiProperty({ type: String, description: 'Why. It is journaled with the act.' })
  @IsString({ message: 'say why: a text of 1 to 1000 characters' })
  @MinLength(1, { message: 'say why: a text of 1 to 1000 characters' })
  @MaxLength(1000, { message: 'say why: a text of 1 to 1000 characters' })
  @Matches(/\S/, { message: 'say why: a text of 1 to 1000 characters' })
  because!: string;

  @ApiPropertyOptional({ type: String, description: 'Who acts, where access is open. Otherwise the token says.' })
  @IsOptional()
  @Matches(PARTICIPANT)
  by?: string;
}

export class AddParticipant extends Act {
  @ApiProperty({ type: String })
  @IsString()
  @Matches(PARTICIPANT, { message: 'must be 1 to 128 characters without white space, / or control characters' })
  id!: string;

  @ApiProperty({ type: [String] })
  @IsArray()
  @ArrayMaxSize(64)
  @Matches(ROLE, { each: true })
  roles!: string[];

  @ApiPropertyOptional({ type: String, description: 'Ed25519 public key, raw 32 bytes in base64url.' })
  @IsOptional()
  @Matches(PUBLIC_KEY, { message: 'must be an Ed25519 public key: 32 bytes in base64url' })
  publicKey?: string;
}

export class SetRoles extends Act {
  @ApiProperty({ type: [String] })
  @IsArray()
  @ArrayMaxSize(64)
  @Matches(ROLE, { each: true })
  roles!: string[];
}

export class Suspend extends Act {
  @ApiProperty({ type: Boolean })
  @IsBoolean()
  suspended!: boolean;
}

export class AddKey extends Act {
  @ApiProperty({ type: String, description: 'Ed25519 public key, raw 32 bytes in base64url.' })
  @IsString()
  @Matches(PUBLIC_KEY, { message: 'must be an Ed25519 public key: 32 bytes in base64url' })
  publicKey!: string;
}

export class IssueToken extends Act {
  @ApiProperty({ type: String })
  @Matches(PARTICIPANT)
  participant!: string;

  @ApiProperty({ enum: SCOPES, isArray: true })
  @IsArray()
  @ArrayMinSize(1)
  @IsIn(SCOPES, { each: true })
  scopes!: Scope[];
}
