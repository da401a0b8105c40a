(* Real inner product spaces of any dimension, over any ordered field (realFieldType), without axioms. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Eucl.
Variable R : realFieldType.

(* A real vector space with an inner product (any dimension). *)
Structure eucl := Eucl {
  pt :> lmodType R;
  ip : pt -> pt -> R;
  ipC_ : forall x y, ip x y = ip y x;
  ipDl_ : forall x y z, ip (x + y) z = ip x z + ip y z;
  ipZl_ : forall a x y, ip (a *: x) y = a * ip x y;
  ip_gt0_ : forall x, x != 0 -> 0 < ip x x }.
End Eucl.

Arguments ip : simpl never.
Notation "<< x , y >>" := (ip x y) (at level 0, format "<< x ,  y >>").
Notation N x := (ip x x).

Section Algebra.
Variables (R : realFieldType) (V : eucl R).
Implicit Types (x y z : V) (a : R).

Lemma ipC x y : <<x, y>> = <<y, x>>. Proof. exact: ipC_. Qed.
Lemma ipDl x y z : <<x + y, z>> = <<x, z>> + <<y, z>>. Proof. exact: ipDl_. Qed.
Lemma ipZl a x y : <<a *: x, y>> = a * <<x, y>>. Proof. exact: ipZl_. Qed.
Lemma ipDr x y z : <<x, y + z>> = <<x, y>> + <<x, z>>. Proof. by rewrite ipC ipDl !(ipC x). Qed.
Lemma ipZr a x y : <<x, a *: y>> = a * <<x, y>>. Proof. by rewrite ipC ipZl (ipC x). Qed.
Lemma ipNl x y : <<- x, y>> = - <<x, y>>. Proof. by rewrite -scaleN1r ipZl mulN1r. Qed.
Lemma ipNr x y : <<x, - y>> = - <<x, y>>. Proof. by rewrite ipC ipNl ipC. Qed.
Lemma ipBl x y z : <<x - y, z>> = <<x, z>> - <<y, z>>. Proof. by rewrite ipDl ipNl. Qed.
Lemma ipBr x y z : <<x, y - z>> = <<x, y>> - <<x, z>>. Proof. by rewrite ipDr ipNr. Qed.
Lemma ip0l x : <<0, x>> = 0. Proof. by rewrite -(scale0r 0) ipZl mul0r. Qed.
Lemma ip0r x : <<x, 0>> = 0. Proof. by rewrite ipC ip0l. Qed.
Lemma N_ge0 x : 0 <= N x.
Proof. by have [->|/ip_gt0_/ltW//] := eqVneq x 0; rewrite ip0l. Qed.
Lemma N_eq0 x : N x = 0 -> x = 0.
Proof. by move=> h; apply/eqP/negPn/negP => /ip_gt0_; rewrite h ltxx. Qed.
Lemma ip_inj x y : (forall z, <<x, z>> = <<y, z>>) -> x = y.
Proof. by move=> h; apply/eqP; rewrite -subr_eq0; apply/eqP/N_eq0; rewrite ipBl h subrr. Qed.
Lemma ip_suml (I : Type) (r : seq I) (P : pred I) (F : I -> V) y :
  <<\sum_(i <- r | P i) F i, y>> = \sum_(i <- r | P i) <<F i, y>>.
Proof. by apply: (big_morph (fun x => <<x, y>>)) => [u v|]; rewrite ?ipDl ?ip0l. Qed.
Lemma ip_sumr (I : Type) (r : seq I) (P : pred I) (F : I -> V) y :
  <<y, \sum_(i <- r | P i) F i>> = \sum_(i <- r | P i) <<y, F i>>.
Proof. by rewrite ipC ip_suml; apply: eq_bigr => i _; rewrite ipC. Qed.
Lemma ND x y : N (x + y) = N x + 2 * <<x, y>> + N y.
Proof. by rewrite ipDl !ipDr (ipC y x); ring. Qed.
Lemma NZ a x : N (a *: x) = a ^+ 2 * N x. Proof. by rewrite ipZl ipZr; ring. Qed.
Lemma NN x : N (- x) = N x. Proof. by rewrite ipNl ipNr opprK. Qed.
Lemma NB x y : N (x - y) = N x - 2 * <<x, y>> + N y.
Proof. by rewrite ND NN ipNr; ring. Qed.
Lemma ND_le x y : N (x + y) <= 2 * N x + 2 * N y.
Proof. by rewrite -subr_ge0 (_ : _ - _ = N (x - y)) ?N_ge0 // ND NB; ring. Qed.

(* Cauchy and Schwarz *)
Lemma CS x y : <<x, y>> ^+ 2 <= N x * N y.
Proof.
have [->|y0] := eqVneq y 0; first by rewrite !ip0r expr0n mulr0.
have yp := ip_gt0_ y0; have := N_ge0 (N y *: x - <<x, y>> *: y).
rewrite NB !NZ ipZl ipZr (_ : _ + _ = N y * (N x * N y - <<x, y>> ^+ 2)); last by ring.
by rewrite pmulr_rge0 // subr_ge0.
Qed.
End Algebra.

(* The spaces of matrices, with the Frobenius product, and products of spaces. *)
Section Instances.
Variable R : realFieldType.

Definition frob m n (X Y : 'M[R]_(m, n)) : R := \tr (X^T *m Y).
Lemma frobE m n (X Y : 'M[R]_(m, n)) : frob X Y = \sum_j \sum_i X i j * Y i j.
Proof. by apply: eq_bigr => j _; rewrite mxE; apply: eq_bigr => i _; rewrite mxE. Qed.
Lemma frobC m n (X Y : 'M[R]_(m, n)) : frob X Y = frob Y X.
Proof. by rewrite !frobE; apply: eq_bigr => j _; apply: eq_bigr => i _; rewrite mulrC. Qed.
Lemma frobDl m n (X Y Z : 'M[R]_(m, n)) : frob (X + Y) Z = frob X Z + frob Y Z.
Proof. by rewrite /frob linearD mulmxDl mxtraceD. Qed.
Lemma frobZl m n a (X Z : 'M[R]_(m, n)) : frob (a *: X) Z = a * frob X Z.
Proof. by rewrite /frob linearZ -scalemxAl mxtraceZ. Qed.
Lemma frob_gt0 m n (X : 'M[R]_(m, n)) : X != 0 -> 0 < frob X X.
Proof.
move=> X0; have sq_ge i j : 0 <= X i j * X i j by rewrite -expr2 sqr_ge0.
have col_ge j : 0 <= \sum_i X i j * X i j by apply: sumr_ge0.
rewrite lt0r [X in 0 <= X]frobE sumr_ge0 ?andbT //; apply: contra X0 => /eqP.
rewrite frobE => h; apply/eqP/matrixP => i j; rewrite mxE; apply/eqP.
have /(_ j isT) h1 := psumr_eq0P (fun k _ => col_ge k) h.
have /(_ i isT)/eqP := psumr_eq0P (fun k _ => sq_ge k j) h1.
by rewrite -expr2 sqrf_eq0.
Qed.
Canonical mx_eucl m n := Eucl (@frobC m n) (@frobDl m n) (@frobZl m n) (@frob_gt0 m n).

Variables V W : eucl R.
Definition pair_ip (x y : V * W) : R := <<x.1, y.1>> + <<x.2, y.2>>.
Lemma pair_ipC x y : pair_ip x y = pair_ip y x.
Proof. by rewrite /pair_ip ipC [X in _ + X]ipC. Qed.
Lemma pair_ipDl x y z : pair_ip (x + y) z = pair_ip x z + pair_ip y z.
Proof. by rewrite /pair_ip !ipDl addrACA. Qed.
Lemma pair_ipZl a x y : pair_ip (a *: x) y = a * pair_ip x y.
Proof. by rewrite /pair_ip !ipZl mulrDr. Qed.
Lemma pair_ip_gt0 x : x != 0 -> 0 < pair_ip x x.
Proof.
move=> x0; rewrite lt0r /pair_ip addr_ge0 ?N_ge0 // andbT paddr_eq0 ?N_ge0 //.
apply: contra x0 => /andP[/eqP/N_eq0 x1 /eqP/N_eq0 x2].
by rewrite (surjective_pairing x) x1 x2.
Qed.
Canonical pair_eucl := Eucl pair_ipC pair_ipDl pair_ipZl pair_ip_gt0.
End Instances.

