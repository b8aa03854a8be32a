package types

import "fmt"

// Error is an error as a PostgreSQL client sees it. Every room above reports what the client did wrong
// with one of these; an error of another type that reaches the client is an internal error (XX000).
type Error struct {
	Severity string // "ERROR" when empty; "FATAL", "WARNING", "NOTICE", …
	Code     string // SQLSTATE, five characters
	Message  string
	Detail   string
	Hint     string
	Position int // 1-based, in characters of the statement's text; 0: none
	Where    string
	Routine  string // PostgreSQL's C function, where clients look at it
	Schema   string
	Table    string
	Column   string
}

func (e *Error) Error() string { return e.Message + " (SQLSTATE " + e.Code + ")" }

// Errorf makes an Error with the SQLSTATE and a formatted message.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithHint returns e with its hint set; likewise WithDetail and At.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithDetail sets the detail.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// At sets the position, 1-based in characters.
func (e *Error) At(position int) *Error { e.Position = position; return e }

// SQLSTATEs in use. Names are PostgreSQL's (appendix A of its manual).
const (
	CodeSuccessfulCompletion      = "00000"
	CodeWarning                   = "01000"
	CodeProtocolViolation         = "08P01"
	CodeFeatureNotSupported       = "0A000"
	CodeDatatypeMismatch          = "42804"
	CodeWrongObjectType           = "42809"
	CodeDataException             = "22000"
	CodeStringRightTruncation     = "22001"
	CodeStringLengthMismatch      = "22026"
	CodeNumericOutOfRange         = "22003"
	CodeInvalidDatetimeFormat     = "22007"
	CodeDatetimeOverflow          = "22008"
	CodeDivisionByZero            = "22012"
	CodeInvalidParameterValue     = "22023"
	CodeInvalidTextRepresentation = "22P02"
	CodeInvalidBinary             = "22P03"
	CodeBadCopyFormat             = "22P04"
	CodeUntranslatableCharacter   = "22P05"
	CodeCharacterNotInRepertoire  = "22021"
	CodeNotNullViolation          = "23502"
	CodeActiveTransaction         = "25001"
	CodeReadOnlyTransaction       = "25006"
	CodeNoActiveTransaction       = "25P01"
	CodeInFailedTransaction       = "25P02"
	CodeInvalidStatementName      = "26000"
	CodeInvalidCursorName         = "34000"
	CodeInvalidCatalogName        = "3D000"
	CodeInvalidSchemaName         = "3F000"
	CodeSyntaxError               = "42601"
	CodeInsufficientPrivilege     = "42501"
	CodeCannotCoerce              = "42846"
	CodeGroupingError             = "42803"
	CodeUndefinedColumn           = "42703"
	CodeUndefinedFunction         = "42883"
	CodeUndefinedTable            = "42P01"
	CodeUndefinedParameter        = "42P02"
	CodeInvalidName               = "42602"
	CodeTooManyArguments          = "54023"
	CodeUndefinedObject           = "42704"
	CodeDuplicateColumn           = "42701"
	CodeDuplicateCursor           = "42P03"
	CodeDuplicatePrepared         = "42P05"
	CodeDuplicateTable            = "42P07"
	CodeInvalidObjectDefinition   = "42P17"
	CodeAmbiguousColumn           = "42702"
	CodeAmbiguousFunction         = "42725"
	CodeAmbiguousParameter        = "42P08"
	CodeIndeterminateDatatype     = "42P18"
	CodeInvalidColumnReference    = "42P10"
	CodeOutOfMemory               = "53200"
	CodeDiskFull                  = "53100"
	CodeTooManyConnections        = "53300"
	CodeProgramLimitExceeded      = "54000"
	CodeStatementTooComplex       = "54001"
	CodeObjectNotInState          = "55000"
	CodeCantChangeRuntimeParam    = "55P02"
	CodeQueryCanceled             = "57014"
	CodeAdminShutdown             = "57P01"
	CodeCannotConnectNow          = "57P03"
	CodeIOError                   = "58030"
	CodeInternalError             = "XX000"
	CodeDataCorrupted             = "XX001"
)
