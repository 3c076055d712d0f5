//! How the program is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Addresses to be moved at the start take a bit each instead of 24 bytes: three megabytes of the file. The C library of
    // Debian 12 and later (2.36) reads this form.
    let target = std::env::var("TARGET").unwrap_or_default();
    if target == "x86_64-unknown-linux-gnu" || target == "aarch64-unknown-linux-gnu" {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    // Functions of the same machine code are kept once. Rust links by LLD there, elsewhere by a linker that may not know this.
    if target == "x86_64-unknown-linux-gnu" {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}
