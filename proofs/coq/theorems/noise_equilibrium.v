(* The noise equilibrium: each theorem proves the statement of its name in statements/noise_equilibrium.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Equipartition.library Require Import inner_product derivatives matrices families learning complete.
From Equipartition.statements Require Import noether noise_equilibrium.
From Equipartition.lemmas Require balance noether entropic_loss symmetry.
From Equipartition.lemmas Require Import monomials.
From Equipartition.theorems Require entropic_loss noether.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma second_moment (R : realFieldType) (Z : finType) (p X : Z -> R) : \sum_z p z = 1 ->
  \sum_z p z * X z ^+ 2 = \sum_z p z * (X z - \sum_y p y * X y) ^+ 2 + (\sum_z p z * X z) ^+ 2.
Proof.
move=> p1; have [m e] : exists m, m = \sum_z p z * X z by exists (\sum_z p z * X z).
rewrite -e (eq_bigr (fun z => p z * (X z - m) ^+ 2 + 2 * m * (p z * X z) - m ^+ 2 * p z)) => [|z _]; last by ring.
by rewrite sumrB big_split /= -!mulr_sumr p1 -e; ring.
Qed.

(* Products *)
Section Products.
Variables (R : realFieldType) (D : nat) (U : eucl R) (Z : finType) (k : 'I_D -> nat) (phi : Z -> U -> R -> R).
Notation V := (pair_eucl (mx_eucl R 1 D) U).
Variables (g : Z -> V -> V) (G : Z -> V -> R).
Hypothesis k0 : forall m, (0 < k m)%N.
Let kn m : (k m)%:R != 0 :> R. Proof. by rewrite pnatr_eq0 -lt0n. Qed.

Lemma factor_step (b : Z -> R) (x : V) (x' : 'M[R]_(1, D)) (eta gamma : R) (i j : 'I_D) : i != j ->
  (forall z, grad (V := V) (fun y : V => phi z y.2 (monomial k y.1)) x (g z x) /\ deriv_at (phi z x.2) (monomial k x.1) (G z x)) ->
  x' = x.1 - eta *: (\sum_z b z *: (g z x).1 + (2 * gamma) *: x.1) ->
  x' 0 i = (1 - 2 * eta * gamma) * x.1 0 i - eta * ((k i)%:R * (\sum_z b z * G z x) * x.1 0 j * without k i j x.1).
Proof.
move=> ij sl ->; rewrite !mxE summxE.
have -> : \sum_z (b z *: (g z x).1) 0 i = (k i)%:R * (\sum_z b z * G z x) * x.1 0 j * without k i j x.1.
  rewrite mulr_sumr !mulr_suml; apply: eq_bigr => z _; have [gz dz] := sl z.
  by rewrite mxE (slope_of_factor k0 ij gz dz); move: (G z x) (x.1 0 j) (without _ _ _ _) => *; ring.
by move: (x.1 0 i) (_ * _ * _ * _) => *; ring.
Qed.

Lemma contraction_identity (a b c e h m p q : R) : p != 0 -> q != 0 ->
  (c * a - e * (p * h * b * m)) ^+ 2 / p - (c * b - e * (q * h * a * m)) ^+ 2 / q
   = (c ^+ 2 - e ^+ 2 * p * q * (h * m) ^+ 2) * (a ^+ 2 / p - b ^+ 2 / q).
Proof. by move=> p0 q0; field; rewrite p0 q0. Qed.
End Products.

Theorem noise_equilibrium_product_contraction : noise_equilibrium_product_contraction_statement.
Proof.
move=> R D U Z k phi g G i j k0 ij l slopes Q M.
have kn m : (k m)%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
have ji : j != i by rewrite eq_sym.
have one (b : Z -> R) (x x' : pair_eucl (mx_eucl R 1 D) U) eta gamma : slopes x ->
    x'.1 = x.1 - eta *: (\sum_z b z *: (g z x).1 + (2 * gamma) *: x.1) ->
    Q x' = ((1 - 2 * eta * gamma) ^+ 2 - eta ^+ 2 * (k i)%:R * (k j)%:R * ((\sum_z b z * G z x) * M x) ^+ 2) * Q x.
  move=> sl st; rewrite /Q (factor_step k0 ij sl st) (factor_step k0 ji sl st) (without_sym k j i) -/(M x).
  by apply: contraction_identity.
split=> [b x eta gamma sl st c Gb h|p x x' eta gamma p1 sl st EG VarG].
  have step t : Q (x t.+1) = (c t ^+ 2 - h t) * Q (x t) by apply: one.
  split=> // [T|t Q0|D2 k1 t].
  - elim: T => [|T IH]; first by rewrite big_ord0 mul1r.
    by rewrite step big_ord_recr /= IH; move: (\prod_(_ < _) _) (Q _) => *; ring.
  - have n0 : 0 < `|Q (x t)| by rewrite normr_gt0.
    by rewrite step normrM; split; rewrite ?gtr_pmull // ltr_pmull.
  have M1 : M (x t) = 1.
    rewrite /M /without big1 // => m _; rewrite k1.
    have : (m == i) || (m == j).
      by move: ij (ltn_ord m) (ltn_ord i) (ltn_ord j); rewrite -!val_eqE /= {sl st c Gb h step one}; lia.
    case/orP => /eqP ->; rewrite eqxx /=; last by rewrite subnAC subnn sub0n expr0.
    by rewrite subnn sub0n expr0.
  rewrite (factor_step k0 ij (sl t) (st t)) (factor_step k0 ji (sl t) (st t)) (without_sym k j i) -/(M (x t)) M1 !k1.
  rewrite -/(Gb t) -/(c t); move: ((x t).1 0 i) ((x t).1 0 j) (Gb t) (c t) (eta t) => *; split; ring.
have each z : Q (x' z) = ((1 - 2 * eta * gamma) ^+ 2 - eta ^+ 2 * (k i)%:R * (k j)%:R * (G z x * M x) ^+ 2) * Q x.
  rewrite (@one (fun y => (y == z)%:R) x _ eta gamma sl); last first.
    rewrite st (bigD1 z) //= eqxx scale1r big1 ?addr0 // => y /negbTE ->; exact: scale0r.
  by rewrite (bigD1 z) //= eqxx mul1r big1 ?addr0 // => y /negbTE ->; rewrite mul0r.
have V : \sum_z p z * G z x ^+ 2 = VarG + EG ^+ 2 := second_moment (G ^~ x) p1.
rewrite -V; rewrite (eq_bigr (fun z => (1 - 2 * eta * gamma) ^+ 2 * Q x * p z
    - eta ^+ 2 * (k i)%:R * (k j)%:R * M x ^+ 2 * Q x * (p z * G z x ^+ 2))) => [|z _]; last first.
  by rewrite each; move: (p z) (G z x) (M x) (Q x) => *; ring.
by rewrite sumrB -!mulr_sumr p1; move: (\sum_z _) (M x) (Q x) => *; ring.
Qed.
