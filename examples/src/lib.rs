//! Desktop programs on hingeline.
