//! The `anphi` command: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    anphi::cli::main()
}
