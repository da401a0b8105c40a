(* The derivative of a loss of a product of powers in one factor. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families complete.
From Equipartition.statements Require Import noise_equilibrium.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Scalars.
Variable R : realFieldType.

Lemma scalar_gt0 (x : R^o) : x != 0 -> 0 < x * x.
Proof. by move=> x0; rewrite lt0r mulf_neq0 //= -expr2 sqr_ge0. Qed.
(* the field as a space of dimension 1 *)
Definition scalars : eucl R := @Eucl R [lmodType R of R^o] (fun x y : R => x * y)
  (fun x y => mulrC x y) (fun x y z => mulrDl x y z) (fun a x y => esym (mulrA a x y)) scalar_gt0.

Lemma deriv_comp (f c : R -> R) a b : deriv_at f (c 0) a -> deriv c b -> deriv (fun t => f (c t)) (a * b).
Proof.
move=> df dc; apply: (@chain R scalars f c b a); last exact: dc.
move=> e e0; have [d d0 h] := df e e0; exists d => // t td.
by have := h t td; rewrite addr0 (mulrC t a).
Qed.

Lemma deriv_pow (a : R) n : deriv (fun t => (a + t) ^+ n) (n%:R * a ^+ n.-1).
Proof.
have d1 : deriv (fun t : R => a + t) 1.
  move=> e e0; apply: smallT => t; rewrite (_ : _ - _ - _ = 0); last by ring.
  by rewrite expr0n /= mulr_ge0 ?sqr_ge0 // ltW.
elim: n => [|n IH]; first by rewrite mul0r; apply: deriv_ext (deriv_cst 1); apply: smallT => t; rewrite expr0.
have := derivM d1 IH; rewrite addr0 mul1r mulrCA.
have -> : a ^+ n + n%:R * (a * a ^+ n.-1) = n.+1%:R * a ^+ n.+1.-1.
  by case: n {IH} => [|n] /=; rewrite -?exprS ?mul0r ?addr0 ?mul1r // -[in RHS]addn1 natrD mulrDl mul1r addrC.
by apply: deriv_ext; apply: smallT => t; rewrite exprS.
Qed.
End Scalars.

Section Monomials.
Variables (R : realFieldType) (D : nat) (k : 'I_D -> nat) (i j : 'I_D).
Hypotheses (k0 : forall m, (0 < k m)%N) (ij : i != j).
Implicit Types w : 'M[R]_(1, D).

Lemma without_sym w : without k i j w = without k j i w.
Proof. by apply: eq_bigr => m _; rewrite subnAC. Qed.

Lemma rest w : w 0 i ^+ (k i).-1 * (\prod_(m | m != i) w 0 m ^+ k m) = w 0 j * without k i j w.
Proof.
have split2 (f : 'I_D -> R) : \prod_(m | m != i) f m = f j * \prod_(m | (m != i) && (m != j)) f m.
  by rewrite (bigD1 j) // eq_sym.
rewrite /without [in RHS](bigD1 i) //= !split2 eqxx (negbTE ij) eq_sym (negbTE ij) eqxx !subn0 !subn1.
rewrite (eq_bigr (fun m => w 0 m ^+ (k m - (m == i) - (m == j)))) => [|m /andP[/negbTE mi /negbTE mj]]; last by rewrite mi mj !subn0.
have -> : w 0 j ^+ k j = w 0 j * w 0 j ^+ (k j).-1 by rewrite -exprS prednK.
move: (w 0 i ^+ (k i).-1) (w 0 j ^+ (k j).-1) => a b; rewrite mulrCA -!mulrA; congr (_ * _).
by rewrite mulrCA.
Qed.

Lemma monomial_line w t : monomial k (w + t *: delta_mx 0 i) = (w 0 i + t) ^+ k i * \prod_(m | m != i) w 0 m ^+ k m.
Proof.
rewrite /monomial (bigD1 i) //=; congr (_ * _); first by rewrite !mxE !eqxx mulr1.
by apply: eq_bigr => m /negbTE mi; rewrite !mxE eqxx mi mulr0 addr0.
Qed.

(* dl/dw_i = k_i G w_j M *)
Lemma slope_of_factor (U : eucl R) (phi : U -> R -> R) (x g : pair_eucl (mx_eucl R 1 D) U) (G : R) :
  grad (V := pair_eucl (mx_eucl R 1 D) U) (fun y => phi y.2 (monomial k y.1)) x g -> deriv_at (phi x.2) (monomial k x.1) G ->
  g.1 0 i = (k i)%:R * G * x.1 0 j * without k i j x.1.
Proof.
move=> dg dphi; pose v : pair_eucl (mx_eucl R 1 D) U := (delta_mx 0 i, 0).
have gv : <<g, v>> = g.1 0 i.
  rewrite pairE /v /= ip0r addr0 /ip /= frobE (bigD1 i) //= [X in _ + X]big1 => [|m /negbTE mi].
    by rewrite big_ord1 mxE !eqxx mulr1 addr0.
  by rewrite big_ord1 mxE eqxx mi mulr0.
rewrite -gv; pose c t : pair_eucl (mx_eucl R 1 D) U := x + t *: v.
have c0 : c 0 = x by rewrite /c scale0r addr0.
rewrite -c0 in dg; apply: deriv_uniq (chain dg (vel_line x v)) _.
pose P t := (x.1 0 i + t) ^+ k i * \prod_(m | m != i) x.1 0 m ^+ k m.
have dP : deriv P ((k i)%:R * x.1 0 i ^+ (k i).-1 * \prod_(m | m != i) x.1 0 m ^+ k m).
  have := derivZ (\prod_(m | m != i) x.1 0 m ^+ k m) (deriv_pow (x.1 0 i) (k i)).
  by rewrite mulrC; apply: deriv_ext; apply: smallT => t; rewrite mulrC.
have P0 : P 0 = monomial k x.1 by rewrite /P -monomial_line scale0r addr0.
rewrite -P0 in dphi; have := deriv_comp dphi dP.
have -> : G * ((k i)%:R * x.1 0 i ^+ (k i).-1 * \prod_(m | m != i) x.1 0 m ^+ k m) = (k i)%:R * G * x.1 0 j * without k i j x.1.
  by rewrite -(mulrA (k i)%:R) rest !mulrA (mulrC G).
apply: deriv_ext; apply: smallT => t; rewrite /P -monomial_line /=.
by congr (phi _ _); rewrite /= scaler0 addr0.
Qed.
End Monomials.
